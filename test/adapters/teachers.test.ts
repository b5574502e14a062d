import assert from 'node:assert/strict';
import { HfInferenceTeacher } from '../../src/adapters/hf-inference/hf-inference';
import { OpenAiTeacher } from '../../src/adapters/openai/teacher';
import { ModelError } from '../../src/core/model-errors';
import type { Teacher } from '../../src/core/ports/teacher';
import { QuietClock } from '../support/core/quiet-clock';
import { TeacherServer } from '../support/teacher-server';

const request = { system: 's', user: 'Write 2 rows.', maxTokens: 70, temperature: 0.5, seed: 9 };
const signal = new AbortController().signal;
const clock = new QuietClock(60_000);

describe('teachers', () => {
  let server: TeacherServer;
  let url: string;

  beforeEach(async () => {
    server = new TeacherServer();
    url = await server.start();
  });
  afterEach(() => server.stop());

  const openai = () => new OpenAiTeacher({ baseUrl: url, model: 'big', apiKey: () => Promise.resolve('key-1'), clock });
  const inference = () =>
    new HfInferenceTeacher({
      ...{ model: 'org/big', endpointUrl: url, billTo: 'my-org', clock },
      token: () => Promise.resolve('hf_secret'),
    });
  const makers: [string, () => Teacher, string][] = [
    ['OpenAI-compatible endpoints', openai, 'Bearer key-1'],
    ['Hugging Face Inference', inference, 'Bearer hf_secret'],
  ];
  for (const [name, make, authorization] of makers) {
    describe(name, () => {
      it('answer with text, token counts and the model as they name it', async () => {
        const { text, ...rest } = await make().ask(request, signal);
        assert.equal(text.split('\n').length, 2);
        const model = server.calls[0]?.body.model;
        assert.deepEqual(rest, {
          ...{ inputTokens: 100, outputTokens: 50, estimated: false, model: `${model}-2026`, cut: false },
        });
      });

      it('are sent the settings and the key that is theirs', async () => {
        await make().ask(request, signal);
        const { body, headers, path } = server.calls[0] ?? assert.fail();
        assert.match(path, /\/chat\/completions$/);
        assert.deepEqual([body.seed, body.max_tokens, body.messages.length], [9, 70, 2]);
        assert.equal(headers.authorization, authorization);
      });

      it('say how long they want to be left alone', async () => {
        server.failing = () => ({ status: 429, headers: { 'retry-after': '7' }, body: '{"error":"slow down"}' });
        await assert.rejects(make().ask(request, signal), (error) => {
          assert.ok(error instanceof ModelError);
          assert.deepEqual([error.reason, error.retryAfterMs], ['model-rate-limit', 7000]);
          return true;
        });
        assert.equal(server.calls.length, 1);
      });

      const failures: [string, number, string, string][] = [
        ['a refused key', 401, '{"error":"Invalid username or password."}', 'model-auth'],
        ['spent credit', 402, '{"error":"You have exceeded your monthly included credits"}', 'model-quota'],
        [
          'a model that nobody serves',
          ...([
            400,
            '{"error":{"message":"The requested model \'x/y\' is not supported by any provider you have enabled.","code":"model_not_supported"}}',
          ] as const),
          'model-not-found',
        ],
        ['a provider that is down', 503, '<html>bad gateway</html>', 'model-unavailable'],
      ];
      for (const [what, status, body, reason] of failures) {
        it(`tell ${what} apart`, async () => {
          server.failing = () => ({ status, body });
          await assert.rejects(make().ask(request, signal), (error) => (error as ModelError).reason === reason);
        });
      }

      it('tell an answer that is no chat completion', async () => {
        server.failing = () => ({ status: 200, body: '{"ok":true}' });
        await assert.rejects(make().ask(request, signal), /no chat completion|Expected|unknown|malformed/i);
      });

      it('stop when they are told to', async () => {
        const stopped = AbortSignal.abort();
        await assert.rejects(make().ask(request, stopped), /abort/i);
      });
    });
  }

  it('of Hugging Face bill the organisation that is named', async () => {
    await inference().ask(request, signal);
    assert.equal(server.calls[0]?.headers['x-hf-bill-to'], 'my-org');
  });
});
