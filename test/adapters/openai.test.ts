/** Each way in which a model endpoint fails, as the agent sees it: through the real LangChain client. */
import assert from 'node:assert/strict';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ChatOpenAICompletions } from '@langchain/openai';
import { OpenAiEndpoint, type OpenAiEndpointOptions } from '../../src/adapters/openai/endpoint';
import { systemClock } from '../../src/adapters/system/clock';
import { MlInternError, type ErrorReason } from '../../src/core/errors';
import { modelErrorFrom, retryAfter } from '../../src/core/model-errors';
import { always, type Fault } from '../../src/practice/stand-in/faults';
import { startStandInModel, type StandInModel } from '../../src/practice/stand-in/server';

type Extra = Partial<OpenAiEndpointOptions>;

function endpointAt(url: string, extra: Extra = {}): OpenAiEndpoint {
  return new OpenAiEndpoint({ baseUrl: url, model: 'some-model', clock: systemClock, ...extra });
}

async function client(endpoint: OpenAiEndpoint): Promise<ChatOpenAICompletions> {
  return new ChatOpenAICompletions({
    model: endpoint.model,
    apiKey: (await endpoint.apiKey()) ?? 'none',
    maxRetries: 0,
    configuration: { baseURL: endpoint.baseUrl, organization: null, project: null, fetch: endpoint.fetch },
  });
}

async function streamed(endpoint: OpenAiEndpoint, signal?: AbortSignal): Promise<string> {
  const model = await client(endpoint);
  let text = '';
  for await (const chunk of await model.stream('Hello', signal ? { signal } : {})) text += chunk.text;
  return text;
}

async function failureOf(action: () => Promise<unknown>, endpoint: OpenAiEndpoint): Promise<MlInternError> {
  try {
    await action();
  } catch (thrown) {
    const error = endpoint.classify(thrown);
    assert.ok(MlInternError.is(error), `not classified: ${String(thrown)}`);
    return error;
  }
  throw new assert.AssertionError({ message: 'It did not fail.' });
}

interface Served {
  url: string;
  headers: IncomingHttpHeaders[];
  paths: string[];
  stop(): Promise<void>;
}

async function serve(answer: (response: ServerResponse, path: string) => void): Promise<Served> {
  const headers: IncomingHttpHeaders[] = [];
  const paths: string[] = [];
  const server: Server = createServer((request, response) => {
    headers.push(request.headers);
    paths.push(request.url ?? '');
    request.resume();
    answer(response, request.url ?? '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${port}/v1`, headers, paths, stop };
}

function json(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

describe('OpenAiEndpoint', () => {
  let running: (StandInModel | Served)[] = [];
  afterEach(async () => {
    await Promise.all(running.map((server) => server.stop()));
    running = [];
  });

  async function faulty(fault: Fault, extra: Extra = {}): Promise<OpenAiEndpoint> {
    const standIn = await startStandInModel({ faults: always(fault) });
    running.push(standIn);
    return endpointAt(standIn.url, extra);
  }

  async function served(answer: (response: ServerResponse, path: string) => void): Promise<Served> {
    const server = await serve(answer);
    running.push(server);
    return server;
  }

  const impatient = { patience: { firstByteMs: 50, stallMs: 50 } };
  const cases: [string, Fault, ErrorReason, RegExp][] = [
    ['a refused key', { kind: 'status', status: 401 }, 'model-auth', /API key/],
    ['a key without access', { kind: 'status', status: 403 }, 'model-auth', /does not let this API key/],
    ['no credit', { kind: 'status', status: 402 }, 'model-quota', /no credit/],
    [
      'a spent quota',
      { kind: 'status', status: 429, code: 'insufficient_quota', message: 'x insufficient_quota' },
      'model-quota',
      /no credit/,
    ],
    ['an unknown model', { kind: 'status', status: 404 }, 'model-not-found', /some-model/],
    ['a rate limit', { kind: 'status', status: 429 }, 'model-rate-limit', /too many requests/],
    ['a server error', { kind: 'status', status: 500 }, 'model-unavailable', /failed to answer \(500\)/],
    ['an overload', { kind: 'status', status: 503 }, 'model-unavailable', /503/],
    [
      'a conversation that is too long',
      { kind: 'status', status: 400, message: "This model's maximum context length is 8192 tokens." },
      'model-context',
      /longer than/,
    ],
    [
      'a rejected request',
      { kind: 'status', status: 400, message: 'tools are not supported' },
      'bad-input',
      /tools are not supported/,
    ],
    ['a web page', { kind: 'garbage' }, 'model-garbage', /web page/],
    ['plain text', { kind: 'garbage', body: 'hello there\n', contentType: 'text/plain' }, 'model-garbage', /no stream/],
    ['nothing', { kind: 'empty' }, 'model-garbage', /sent nothing/],
    ['a broken stream', { kind: 'cut' }, 'model-unavailable', /connection/],
    [
      'a stream that ends politely but early',
      { kind: 'cut', politely: true },
      'model-unavailable',
      /middle of an answer/,
    ],
    ['silence', { kind: 'hang' }, 'model-unavailable', /nothing came/],
    ['silence within an answer', { kind: 'stall' }, 'model-unavailable', /nothing came/],
  ];
  for (const [name, fault, reason, message] of cases) {
    it(`calls ${name} ${reason}`, async () => {
      const isSilence = fault.kind === 'hang' || fault.kind === 'stall';
      const endpoint = await faulty(fault, { ...(isSilence ? impatient : {}), apiKey: async () => 'key' });
      const error = await failureOf(() => streamed(endpoint), endpoint);
      assert.equal(error.reason, reason);
      assert.match(error.message, message);
      assert.ok(error.next.length > 10);
    });
  }

  it('says that nothing listens', async () => {
    const gone = await serve(() => undefined);
    await gone.stop();
    const endpoint = endpointAt(gone.url);
    const error = await failureOf(() => streamed(endpoint), endpoint);
    assert.equal(error.reason, 'model-unavailable');
    assert.match(error.message, /nothing listens there/);
  });

  it('asks for a key where none is set', async () => {
    const endpoint = await faulty({ kind: 'status', status: 401 });
    const error = await failureOf(() => streamed(endpoint), endpoint);
    assert.match(error.message, /none is set/);
  });

  it('keeps how long to wait', async () => {
    const endpoint = await faulty({ kind: 'status', status: 429, retryAfter: '7' });
    const error = await failureOf(() => streamed(endpoint), endpoint);
    assert.equal((error as { retryAfterMs?: number }).retryAfterMs, 7000);
    assert.match(error.next, /7 s/);
  });

  it('types an error that comes within the stream', async () => {
    const { url } = await served((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end('data: {"error":{"message":"the context length is exceeded"}}\n\ndata: [DONE]\n\n');
    });
    const endpoint = endpointAt(url);
    assert.equal((await failureOf(() => streamed(endpoint), endpoint)).reason, 'model-context');
  });

  it('types a stream piece that is no JSON', async () => {
    const { url } = await served((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end('data: {"choices":[{"ind\n\n');
    });
    const endpoint = endpointAt(url);
    assert.equal((await failureOf(() => streamed(endpoint), endpoint)).reason, 'model-garbage');
  });

  it('says when a server does not stream', async () => {
    const { url } = await served((response) => json(response, 200, { choices: [{ message: { content: 'Hi' } }] }));
    const endpoint = endpointAt(url);
    const error = await failureOf(() => streamed(endpoint), endpoint);
    assert.match(error.message, /in one piece/);
  });

  it('does not follow a redirect', async () => {
    const target = await served((response) => json(response, 200, {}));
    const { url } = await served((response) => response.writeHead(307, { location: target.url }).end());
    const endpoint = endpointAt(url, { apiKey: async () => 'secret' });
    const error = await failureOf(() => streamed(endpoint), endpoint);
    assert.match(error.message, /redirects to/);
    assert.equal(target.headers.length, 0);
  });

  it('passes a good stream on, split characters and keep-alives included', async () => {
    const { url } = await served((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const piece = (delta: object, finish: string | null = null): string =>
        `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }] })}\r\n\r\n`;
      const bytes = Buffer.from(
        `: keep-alive\r\n\r\n${piece({ role: 'assistant', content: 'Grüße' })}${piece({}, 'stop')}`,
      );
      const middle = bytes.indexOf(Buffer.from('ü')) + 1;
      response.write(bytes.subarray(0, middle), () => response.end(bytes.subarray(middle)));
    });
    assert.equal(await streamed(endpointAt(url)), 'Grüße');
  });

  it('sends the key, and nothing that tells about the machine or the person', async () => {
    const { url, headers } = await served((response) => json(response, 401, {}));
    const endpoint = endpointAt(url, { apiKey: async () => 'secret' });
    process.env.OPENAI_ORG_ID = 'my-org';
    try {
      await failureOf(() => streamed(endpoint), endpoint);
    } finally {
      delete process.env.OPENAI_ORG_ID;
    }
    assert.equal(headers[0]?.authorization, 'Bearer secret');
    assert.equal(headers[0]?.['user-agent'], 'ml-intern');
    assert.deepEqual(
      Object.keys(headers[0] ?? {}).filter((name) => /stainless|openai|langchain/.test(name)),
      [],
    );
  });

  it('sends the key to no other origin, and none where none is set', async () => {
    const [own, other] = [
      await served((response) => json(response, 200, {})),
      await served((response) => json(response, 200, {})),
    ];
    await endpointAt(own.url, { apiKey: async () => 'secret' }).fetch(`${other.url}/models`);
    await endpointAt(own.url).fetch(`${own.url}/models`, { headers: { authorization: 'Bearer none' } });
    assert.equal(other.headers[0]?.authorization, undefined);
    assert.equal(own.headers[0]?.authorization, undefined);
  });

  it('lets a stop through as a stop', async () => {
    const { url } = await served(() => undefined);
    const endpoint = endpointAt(url);
    const controller = new AbortController();
    const asked = streamed(endpoint, controller.signal);
    controller.abort();
    await assert.rejects(asked, (error: Error) => !MlInternError.is(endpoint.classify(error)));
  });

  it('refuses a base URL that is none', () => {
    assert.throws(() => endpointAt('localhost'), /no web address/);
    assert.equal(endpointAt('http://host/v1/chat/completions').baseUrl, 'http://host/v1');
  });

  describe('probe', () => {
    it('is content with a list that holds the model', async () => {
      const { url, paths } = await served((response) => json(response, 200, { data: [{ id: 'some-model' }] }));
      await endpointAt(url).probe();
      assert.deepEqual(paths, ['/v1/models']);
    });

    it('asks for one token where there is no list', async () => {
      const { url, paths } = await served((response, path) =>
        path.endsWith('/models') ? json(response, 404, {}) : json(response, 200, { choices: [] }),
      );
      await endpointAt(url).probe();
      assert.deepEqual(paths, ['/v1/models', '/v1/chat/completions']);
    });

    it('finds out that a model is not served', async () => {
      const { url } = await served((response, path) =>
        path.endsWith('/models')
          ? json(response, 200, { data: [{ id: 'other' }] })
          : json(response, 404, { error: 'no such model' }),
      );
      await assert.rejects(endpointAt(url).probe(), (error) => MlInternError.is(error, 'model-not-found'));
    });

    it('throws typed errors', async () => {
      for (const [fault, reason] of [
        [{ kind: 'status', status: 401 }, 'model-auth'],
        [{ kind: 'garbage' }, 'model-garbage'],
        [{ kind: 'empty' }, 'model-garbage'],
        [{ kind: 'hang' }, 'model-unavailable'],
      ] as [Fault, ErrorReason][])
        await assert.rejects((await faulty(fault, impatient)).probe(), (error) => MlInternError.is(error, reason));
    });
  });
});

describe('modelErrorFrom', () => {
  it('types what the client throws without our fetch', async () => {
    for (const [status, reason] of [
      [401, 'model-auth'],
      [404, 'model-not-found'],
      [429, 'model-rate-limit'],
      [500, 'model-unavailable'],
    ] as [number, ErrorReason][]) {
      const standIn = await startStandInModel({ faults: always({ kind: 'status', status }) });
      const model = new ChatOpenAICompletions({
        model: 'm',
        apiKey: 'k',
        maxRetries: 0,
        configuration: { baseURL: standIn.url },
      });
      const thrown: unknown = await model.invoke('Hello').catch((error: unknown) => error);
      await standIn.stop();
      assert.equal(modelErrorFrom(thrown)?.reason, reason);
    }
  });

  it('leaves alone what is no failure of the model', () => {
    assert.equal(modelErrorFrom(new TypeError('x is not a function')), undefined);
    assert.equal(modelErrorFrom(new DOMException('Stopped', 'AbortError')), undefined);
    assert.equal(modelErrorFrom('nonsense'), undefined);
  });

  it('reads both spellings of Retry-After', () => {
    const now = Date.parse('2026-01-01T00:00:00Z');
    assert.equal(retryAfter(new Headers({ 'retry-after': '3' })), 3000);
    assert.equal(retryAfter(new Headers({ 'retry-after-ms': '250' })), 250);
    assert.equal(retryAfter(new Headers({ 'retry-after': 'Thu, 01 Jan 2026 00:00:05 GMT' }), now), 5000);
    assert.equal(retryAfter(new Headers({ 'retry-after': 'soon' })), undefined);
  });
});
