import assert from 'node:assert/strict';
import { MlInternError } from '../../../src/core/errors';
import { EventLog, parseLog } from '../../../src/core/run/event-log';
import { Journal } from '../../../src/core/run/journal';
import { reduce } from '../../../src/core/run/reducer';
import { logPath, openJournal, runFolder } from '../../support/core/journal';
import { MemoryStore } from '../../support/core/memory-store';
import { QuietClock } from '../../support/core/quiet-clock';
import { Random } from '../../support/core/random';
import { recordRandom } from '../../support/core/random-events';

const bytes = (text: string) => new TextEncoder().encode(text);
const line = (seq: number, rest = '"type":"box.contact","data":{"state":"lost","message":"m"}') =>
  `{"v":1,"seq":${seq},"time":"2026-05-04T08:00:00.000Z",${rest}}\n`;

const open = (store: MemoryStore) => EventLog.open(store, logPath, new QuietClock());
const say = (log: EventLog, text: string) => log.append('person.said', { source: 'feedback', text });

describe('the event log', () => {
  it('starts at 1 and counts without a gap across openings', async () => {
    const store = new MemoryStore();
    await say((await open(store)).log, 'one');
    const { log, events } = await open(store);
    assert.equal(events.length, 1);
    assert.equal((await say(log, 'two')).seq, 2);
    assert.deepEqual(
      parseLog(bytes(store.text(logPath))).events.map(({ seq }) => seq),
      [1, 2],
    );
  });

  it('keeps the order of calls that are made at once', async () => {
    const store = new MemoryStore();
    const { log } = await open(store);
    const texts = Array.from({ length: 50 }, (_, index) => `said ${index}`);
    await Promise.all(texts.map((text) => say(log, text)));
    const { events } = parseLog(bytes(store.text(logPath)));
    assert.deepEqual(
      events.map(({ data }) => (data as { text: string }).text),
      texts,
    );
  });

  for (const torn of ['{"v":1,"se', line(3).trimEnd(), '\u0000\u0000']) {
    it(`ignores a torn last line when reading and cuts it off when opening (${JSON.stringify(torn.slice(-9))})`, async () => {
      const store = new MemoryStore();
      const whole = line(1) + line(2);
      store.put(logPath, whole + torn);
      assert.equal(parseLog(bytes(whole + torn)).events.length, 2);
      assert.equal(store.text(logPath), whole + torn, 'Reading must not write.');
      const { log } = await open(store);
      assert.equal(store.text(logPath), whole);
      await say(log, 'on');
      assert.equal(parseLog(bytes(store.text(logPath))).events.at(-1)?.seq, 3);
    });
  }

  it('cuts a line that was torn inside a character', () => {
    const whole = bytes(line(1));
    const half = bytes('{"text":"ü').subarray(0, -1);
    assert.deepEqual(parseLog(Buffer.concat([whole, half])).length, whole.length);
  });

  const broken: [string, string, RegExp][] = [
    ['a line in the middle that is not JSON', `${line(1)}{"v":1,\n${line(3)}`, /Line 2 of events\.jsonl is not JSON/],
    ['a line that is no event', `${line(1)}[1]\n`, /Line 2 .*is not an event/],
    ['an empty line', `${line(1)}\n${line(2)}`, /Line 2/],
    ['a missing event', line(1) + line(3), /Line 2 .*says it is event 3/],
    ['a doubled event', line(1) + line(1), /Line 2 .*says it is event 1/],
    ['an event without data', line(1) + line(2, '"type":"box.contact","data":null'), /Line 2 .*is not an event/],
  ];
  for (const [what, text, message] of broken) {
    it(`says clearly that the log has ${what}`, () => {
      assert.throws(
        () => parseLog(bytes(text)),
        (error) => MlInternError.is(error, 'internal') && message.test(error.message) && /backup/.test(error.next),
      );
    });
  }

  it('goes on after a write that failed half-way, without a trace of it', async () => {
    const store = new MemoryStore();
    const { log } = await open(store);
    await say(log, 'one');
    store.failNextAppend(logPath, 17);
    await assert.rejects(say(log, 'lost'), (error) => MlInternError.is(error, 'disk-full'));
    await Promise.all([say(log, 'two'), say(log, 'three')]);
    const { events } = parseLog(bytes(store.text(logPath)));
    assert.deepEqual(
      events.map(({ seq }) => seq),
      [1, 2, 3],
    );
    assert.doesNotMatch(store.text(logPath), /lost/);
  });

  it('goes on after the very first write failed before there was a file', async () => {
    const store = new MemoryStore();
    const { log } = await open(store);
    store.failNextAppend(logPath, 0);
    await assert.rejects(say(log, 'lost'));
    assert.equal((await say(log, 'one')).seq, 1);
  });
});

describe('the journal', () => {
  it('keeps events of unknown types in the log and skips them in the view', async () => {
    const store = new MemoryStore();
    const before = (await openJournal(store)).view;
    const strange = ['future.thing', 'toString', '__proto__'].map((type, index) =>
      line(3 + index, `"type":"${type}","data":{}`),
    );
    store.put(logPath, store.text(logPath) + strange.join(''));
    const journal = await openJournal(store);
    assert.equal(journal.events.length, 5);
    assert.deepEqual({ ...journal.view, lastSeq: 0, lastTime: null }, { ...before, lastSeq: 0, lastTime: null });
    await journal.record('box.contact', { state: 'lost', message: 'm' });
    assert.match(store.text(logPath), /future\.thing/);
  });

  it('shows nothing that is not on the disk', async () => {
    const store = new MemoryStore();
    const journal = await openJournal(store);
    store.failNextAppend(logPath, 5);
    await assert.rejects(journal.record('phase.entered', { phase: 'data' }));
    assert.equal(journal.view.phase, null);
  });

  it('tells every listener of every event until it unsubscribes', async () => {
    const journal = await openJournal();
    const seen: number[] = [];
    const off = journal.onChange(({ lastSeq }) => seen.push(lastSeq));
    await journal.record('phase.entered', { phase: 'data' });
    off();
    await journal.record('phase.entered', { phase: 'baseline' });
    assert.deepEqual(seen, [3]);
  });

  it('records what is called for only once although it is asked for at the same time', async () => {
    const journal = await openJournal();
    const enter = () => journal.recordIf(({ phase }) => phase !== 'data', 'phase.entered', { phase: 'data' });
    assert.deepEqual(await Promise.all([enter(), enter(), enter()]), [true, false, false]);
    assert.equal(journal.events.length, 3);
  });

  it('records nothing once it is closed', async () => {
    const store = new MemoryStore();
    const journal = await openJournal(store);
    const underWay = journal.record('phase.entered', { phase: 'data' });
    await journal.close();
    await underWay.catch(() => undefined);
    const text = store.text(logPath);
    await assert.rejects(journal.record('phase.entered', { phase: 'report' }), (error) =>
      MlInternError.is(error, 'cancelled'),
    );
    assert.equal(store.text(logPath), text);
  });

  for (let seed = 1; seed <= 40; seed++) {
    it(`replays to the view that was live, whatever happened (seed ${seed})`, async () => {
      const random = new Random(seed);
      const store = new MemoryStore();
      const clock = new QuietClock();
      let journal = await openJournal(store, {}, clock);
      for (let step = 0; step < 60; step++) {
        clock.time += random.below(100_000);
        if (random.below(10) === 0) store.failNextAppend(logPath, random.below(40));
        if (random.below(12) === 0) journal = await Journal.open(store, runFolder, clock);
        await recordRandom(journal, random).catch(() => undefined);
      }
      const replayed = parseLog(bytes(store.text(logPath)));
      assert.deepEqual(reduce(replayed.events), journal.view);
      assert.deepEqual(replayed.events, JSON.parse(JSON.stringify(journal.events)));
    });
  }
});
