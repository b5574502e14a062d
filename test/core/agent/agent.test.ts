import assert from 'node:assert/strict';
import { z } from 'zod';
import { driveAgent } from '../../../src/core/agent/agent';
import type { AgentEnding } from '../../../src/core/agent/limits';
import { Toolbox } from '../../../src/core/agent/toolbox';
import { defineTool, type AgentTool } from '../../../src/core/agent/tools/tool';
import { MlInternError } from '../../../src/core/errors';
import type { Journal } from '../../../src/core/run/journal';
import type { RunConfig } from '../../../src/core/run/types';
import { count, openJournal, runFolder, types } from '../../support/core/journal';
import { MemoryStore } from '../../support/core/memory-store';
import { QuietClock } from '../../support/core/quiet-clock';
import { ScriptedModel, type Answer, type Choose } from '../../support/core/scripted-model';

interface Setting {
  journal: Journal;
  model: ScriptedModel;
  clock: QuietClock;
  stopping: AbortController;
  spoken: string[];
  drive(): Promise<AgentEnding>;
}

const opened: ScriptedModel[] = [];

async function setting(
  answers: readonly Answer[] | Choose,
  { config = {}, tools }: { config?: Partial<RunConfig>; tools?: (journal: Journal) => AgentTool[] } = {},
): Promise<Setting> {
  const clock = new QuietClock();
  const store = new MemoryStore();
  const journal = await openJournal(store, config, clock);
  await journal.record('person.said', { source: 'goal', text: 'raise the score' });
  const model = await ScriptedModel.start(answers);
  opened.push(model);
  const stopping = new AbortController();
  const { signal } = stopping;
  const spoken: string[] = [];
  const toolbox = new Toolbox({ tools: (tools ?? echoTools)(journal), journal, store, runFolder });
  const drive = () =>
    driveAgent({
      endpoint: model.endpoint,
      contextTokens: 128_000,
      systemPrompt: 'You are tested.',
      toolbox,
      journal,
      clock,
      signal,
      refresh: () => Promise.resolve(),
      onSpeech: (text) => spoken.push(text),
    });
  return { journal, model, clock, stopping, spoken, drive };
}

function echoTools(journal: Journal): AgentTool[] {
  return [
    defineTool({
      name: 'echo',
      description: 'Says it back.',
      schema: z.object({ say: z.string() }),
      run: ({ say }) => Promise.resolve({ facts: { said: say } }),
    }),
    defineTool({
      name: 'finish',
      description: 'Ends.',
      schema: z.object({}),
      async run() {
        await journal.record('agent.finished', { summary: 'done', best: null });
        return { facts: { ok: true } };
      },
    }),
  ];
}

const echo = (id: string, say: string) => ({ id, name: 'echo', args: { say } });
const finish: Answer = { calls: [{ id: 'end', name: 'finish', args: {} }] };

async function failureOf(work: Promise<unknown>): Promise<MlInternError> {
  const error = await work.then(
    () => assert.fail('It should have failed.'),
    (thrown: unknown) => thrown,
  );
  assert.ok(MlInternError.is(error), String(error));
  assert.ok(error.next.length > 0, 'It must say what to do next.');
  return error;
}

describe('the agent', () => {
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((model) => model.close()));
  });

  it('runs tools in parallel, records everything, and ends when it calls finish', async () => {
    const { journal, model, spoken, drive } = await setting([
      { text: 'Let me look.', calls: [echo('a', 'one'), echo('b', 'two')] },
      finish,
    ]);
    assert.deepEqual(await drive(), { ending: 'agent-finished' });
    assert.equal(spoken.join(''), 'Let me look.');
    assert.equal(count(journal, 'model.replied'), 2);
    assert.equal(count(journal, 'tool.returned'), 3);
    const [, second] = model.requests;
    assert.deepEqual(
      second?.map(({ role }) => role),
      ['system', 'user', 'assistant', 'tool', 'tool'],
    );
    assert.deepEqual(
      second?.filter(({ role }) => role === 'tool').map((message) => message.tool_call_id),
      ['a', 'b'],
    );
    assert.equal(journal.view.spend.inputTokens, 20);
    assert.equal(journal.view.spend.outputTokens, 10);
  });

  it('records a reply before its tools run', async () => {
    let seen: string[] = [];
    const { drive } = await setting([{ calls: [{ id: 'look', name: 'look', args: {} }] }, finish], {
      tools: (journal) => [
        ...echoTools(journal),
        defineTool({
          name: 'look',
          description: 'Looks at the log.',
          schema: z.object({}),
          run: () => {
            seen = types(journal);
            return Promise.resolve({ facts: {} });
          },
        }),
      ],
    });
    await drive();
    assert.equal(seen.at(-1), 'model.replied');
  });

  it('gives a tool whose arguments do not fit its schema back to the model', async () => {
    const { journal, model, drive } = await setting([{ calls: [{ id: 'a', name: 'echo', args: { say: 3 } }] }, finish]);
    await drive();
    assert.match(model.requests[1]?.at(-1)?.content ?? '', /Wrong arguments: say/);
    assert.equal(count(journal, 'agent.finished'), 1);
  });

  it('gives an unknown tool back to the model with the names that exist', async () => {
    const { model, drive } = await setting([{ calls: [{ id: 'a', name: 'delete_everything', args: {} }] }, finish]);
    await drive();
    assert.match(model.requests[1]?.at(-1)?.content ?? '', /no tool delete_everything.*echo, finish/);
  });

  it('asks again when the arguments of a call are not JSON', async () => {
    const { journal, drive } = await setting((_, request) =>
      request === 1 ? { calls: [{ id: 'a', name: 'echo', args: '{"say": ' }] } : finish,
    );
    assert.deepEqual(await drive(), { ending: 'agent-finished' });
    const broken = journal.events.find(({ type }) => type === 'model.replied')?.data;
    assert.match(JSON.stringify(broken), /invalidCalls/);
  });

  it('gives up with a typed error after three broken replies in a row', async () => {
    const { journal, drive } = await setting(() => ({ calls: [{ id: 'a', name: 'echo', args: '{"say": ' }] }));
    const error = await failureOf(drive());
    assert.equal(error.reason, 'model-garbage');
    assert.equal(count(journal, 'model.replied'), 3);
    assert.equal(count(journal, 'tool.returned'), 0);
  });

  it('asks thrice when the model answers with nothing, then says so', async () => {
    const { journal, model, drive } = await setting(() => ({ text: '' }));
    const error = await failureOf(drive());
    assert.equal(error.reason, 'model-garbage');
    assert.equal(model.requests.length, 3);
    assert.equal(count(journal, 'model.replied'), 0);
  });

  it('waits out a rate limit and an outage, and says so once', async () => {
    const { journal, clock, drive } = await setting((_, request) =>
      request <= 2 ? { status: request === 1 ? 429 : 503 } : finish,
    );
    await drive();
    assert.deepEqual(clock.sleeps, [1000, 2000]);
    assert.equal(journal.view.problems.length, 1);
  });

  for (const [status, reason, asked] of [
    [401, 'model-auth', 1],
    [404, 'model-not-found', 1],
    [429, 'model-rate-limit', 8],
    [500, 'model-unavailable', 6],
  ] as const) {
    it(`ends as ${reason} after ${asked} answers of ${status}`, async () => {
      const { model, drive } = await setting(() => ({ status }));
      assert.equal((await failureOf(drive())).reason, reason);
      assert.equal(model.requests.length, asked);
    });
  }

  it('nudges an idle model and takes the third idle reply for the end', async () => {
    const { journal, model, drive } = await setting(() => ({ text: 'I wonder.' }));
    assert.deepEqual(await drive(), { ending: 'agent-finished' });
    assert.equal(model.requests.length, 3);
    assert.equal(journal.view.finish, null);
  });

  it('ends when the tokens are spent, before another call is paid for', async () => {
    const { model, drive } = await setting(() => ({ calls: [echo('a', 'x')], usage: [60, 60] }), {
      config: { budget: { wallHours: 1, modelTokens: 100, experiments: 1 } },
    });
    assert.deepEqual(await drive(), { ending: 'budget-spent', cap: 'the budget of 100 model tokens' });
    assert.equal(model.requests.length, 1);
  });

  it('counts tokens of servers that do not report them, with what was sent to them', async () => {
    const { journal, drive } = await setting([{ ...finish, usage: null }]);
    await drive();
    assert.ok(journal.view.spend.inputTokens > 0);
    assert.ok(journal.view.spend.outputTokens > 0);
  });

  it('passes on what a person says while tools run, after their results', async () => {
    const { model, drive } = await setting([{ calls: [{ id: 'a', name: 'hear', args: {} }, echo('b', 'x')] }, finish], {
      tools: (journal) => [
        ...echoTools(journal),
        defineTool({
          name: 'hear',
          description: 'Somebody speaks.',
          schema: z.object({}),
          async run() {
            await journal.record('person.said', { source: 'feedback', text: 'prefer short answers' });
            return { facts: {} };
          },
        }),
      ],
    });
    await drive();
    const said = model.requests[1] ?? [];
    assert.deepEqual(
      said.map(({ role }) => role),
      ['system', 'user', 'assistant', 'tool', 'tool', 'user'],
    );
    assert.equal(said.at(-1)?.content, 'Feedback: prefer short answers');
  });

  it('keeps calls apart although the server repeats their ids or sends none', async () => {
    const { journal, model, drive } = await setting([
      { calls: [echo('call_0', 'one'), echo('call_0', 'two'), { name: 'echo', args: { say: 'three' } }] },
      { calls: [echo('call_0', 'four')] },
      finish,
    ]);
    await drive();
    const returned = journal.events.flatMap((event) =>
      event.type === 'tool.returned' ? [(event.data as { callId: string }).callId] : [],
    );
    assert.equal(new Set(returned).size, 5);
    assert.ok(returned.every((id) => id !== ''));
    const last = model.requests.at(-1) ?? [];
    const asked = last.flatMap((message) => message.tool_calls?.map(({ id }) => id) ?? []);
    assert.deepEqual(
      last.flatMap((message) => message.tool_call_id ?? []),
      asked,
    );
  });

  it('stops while the model is silent and while a tool never returns', async () => {
    const silent = await setting(() => new Promise(() => undefined));
    const waiting = silent.drive();
    setImmediate(() => silent.stopping.abort());
    await assert.rejects(waiting);

    const stuck = await setting([{ calls: [{ id: 'a', name: 'stuck', args: {} }] }], {
      tools: () => [
        defineTool({
          name: 'stuck',
          description: 'Never returns.',
          schema: z.object({}),
          run: () => {
            setImmediate(() => stuck.stopping.abort());
            return new Promise(() => undefined);
          },
        }),
      ],
    });
    await assert.rejects(stuck.drive());
    assert.equal(count(stuck.journal, 'tool.returned'), 0);
  });
});
