import assert from 'node:assert/strict';
import { leaving } from '../../../src/core/run/driver';
import { parseLog } from '../../../src/core/run/event-log';
import type { AnyEvent, EventData } from '../../../src/core/run/events';
import type { RunView } from '../../../src/core/run/view';
import { FakeBox } from '../../support/core/fake-box';
import { logPath } from '../../support/core/journal';
import { openWorkplace, perform, type Workplace } from '../../support/core/kit';
import { MemoryStore, type Files } from '../../support/core/memory-store';
import { QuietClock } from '../../support/core/quiet-clock';
import { ScriptedModel } from '../../support/core/scripted-model';
import { drive, wholeRun, wholeRunBudget } from '../../support/core/whole-run';

/** What a process that was killed right after event `seq` leaves behind. */
interface Remains {
  seq: number;
  files: Files;
  box: FakeBox;
}

const watchdogMs = 60_000;
const never = new AbortController().signal;

function open(store: MemoryStore, box: FakeBox, signal = never): Promise<Workplace> {
  const config = { autonomy: 'autopilot' as const, budget: wholeRunBudget };
  return openWorkplace({ store, box, signal, clock: new QuietClock(watchdogMs), config });
}

async function runToTheEnd(model: ScriptedModel): Promise<{ work: Workplace; remains: Remains[] }> {
  const store = new MemoryStore();
  const box = new FakeBox(perform);
  const remains: Remains[] = [];
  store.onAppend = (path) => {
    if (path === logPath) remains.push({ seq: remains.length + 1, files: store.copy(), box: box.copy() });
  };
  const work = await open(store, box);
  await drive(work, model.endpoint, never);
  return { work, remains };
}

/** What the story is, whatever interrupted it. */
function story({
  papers,
  datasets,
  experiments,
  baseline,
  jobs,
  promotion,
  finish,
  plan,
  ending,
  state,
  phase,
}: RunView) {
  const decisions = jobs.map(({ id, state: end, folder }) => [id, end, folder]).sort();
  return { papers, datasets, experiments, baseline, decisions, promotion, finish, plan, ending, state, phase };
}

/** Things that may happen once only, by what tells them apart. */
const keys: { [T in keyof EventData]?: (data: EventData[T]) => string } = {
  'run.created': () => '',
  'benchmark.loaded': () => '',
  'tool.returned': ({ callId }) => callId,
  'paper.noted': ({ quote }) => quote,
  'proposal.made': ({ proposal }) => proposal.id,
  'proposal.decided': ({ decision }) => decision.proposal,
  'environment.ready': ({ name }) => name,
  'base-model.ready': () => '',
  'job.submitted': ({ id }) => id,
  'job.changed': ({ id, state }) => `${id} ${state}`,
  'phase.entered': ({ phase }) => phase,
  'experiment.created': ({ id }) => id,
  'experiment.scored': ({ experiment, split }) => `${experiment} ${split}`,
  'agent.finished': () => '',
  'promotion.decided': () => '',
  'run.finished': () => '',
};

function doubled(events: readonly AnyEvent[]): string[] {
  const seen = new Set<string>();
  return events.flatMap(({ type, data }) => {
    const key = keys[type as keyof EventData] as ((data: unknown) => string) | undefined;
    const name = key && `${type} ${key(data)}`;
    if (!name) return [];
    const again = seen.has(name);
    seen.add(name);
    return again ? [name] : [];
  });
}

const callIds = (events: readonly AnyEvent[], type: string) =>
  events
    .filter((event) => event.type === type)
    .flatMap(({ data }) =>
      type === 'tool.returned'
        ? [(data as EventData['tool.returned']).callId]
        : (data as EventData['model.replied']).toolCalls.map(({ id }) => id),
    )
    .sort();

describe('a run that was killed', function () {
  this.timeout(240_000);
  let model: ScriptedModel;
  let whole: { work: Workplace; remains: Remains[] };

  before(async () => {
    model = await ScriptedModel.start(wholeRun);
    whole = await runToTheEnd(model);
  });
  after(() => model.close());

  async function resume({ seq, files, box }: Remains, torn: string): Promise<void> {
    const store = new MemoryStore(files);
    const before = store.text(logPath);
    store.put(logPath, before + torn);
    const resumedBox = box.copy();
    const work = await open(store, resumedBox);
    await drive(work, model.endpoint, never);
    const text = store.text(logPath);
    const { events } = parseLog(new TextEncoder().encode(text));
    const where = `killed after event ${seq} (${work.journal.events[seq - 1]?.type})`;
    assert.ok(text.startsWith(before), `${where}: what was recorded stays.`);
    assert.deepEqual(doubled(events), [], where);
    assert.deepEqual(callIds(events, 'tool.returned'), callIds(events, 'model.replied'), where);
    assert.deepEqual(story(work.journal.view), story(whole.work.journal.view), where);
    assert.deepEqual([...resumedBox.started].sort(), [...whole.work.box.started].sort(), `${where}: no job ran twice.`);
  }

  it('finishes when nothing disturbs it', () => {
    const { view, events } = whole.work.journal;
    assert.deepEqual(view.problems, []);
    assert.deepEqual([view.state, view.ending, view.promotion?.verdict], ['finished', 'agent-finished', 'better']);
    assert.deepEqual(doubled(events), []);
    assert.deepEqual(callIds(events, 'tool.returned').length, 25);
  });

  it('finishes as if nothing had happened, wherever it was killed', async () => {
    const { remains } = whole;
    assert.ok(remains.length > 80, String(remains.length));
    for (const one of remains.slice(0, -1)) await resume(one, one.seq % 3 === 0 ? '{"v":1,"seq":' : '');
  });

  for (const [what, reason] of [
    ['left', leaving],
    ['stopped', undefined],
  ] as const) {
    it(`finishes also when it is ${what} again and again`, async () => {
      const store = new MemoryStore();
      const box = new FakeBox(perform);
      let lives = 0;
      for (let finished = false; !finished; lives++) {
        const ended = new AbortController();
        let left = 6 + lives;
        store.onAppend = (path) => {
          if (path === logPath && --left === 0) ended.abort(reason);
        };
        const work = await open(store, box, ended.signal);
        await drive(work, model.endpoint, ended.signal);
        finished = work.journal.view.state === 'finished';
        if (!finished) assert.equal(work.journal.view.state === 'stopped', reason !== leaving);
      }
      const { events } = parseLog(new TextEncoder().encode(store.text(logPath)));
      assert.ok(lives > 5, String(lives));
      assert.deepEqual(doubled(events), []);
      assert.equal(new Set(box.started).size, box.started.length);
    });
  }
});
