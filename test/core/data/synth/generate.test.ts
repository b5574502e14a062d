import assert from 'node:assert/strict';
import { generate, rowLines, type SynthParts, type SynthResult } from '../../../../src/core/data/synth/generate';
import { cellsOf, parsePlan, type SynthPlan } from '../../../../src/core/data/synth/plan';
import { writeRequests } from '../../../../src/core/data/synth/prompts';
import { estimate, proposalText } from '../../../../src/core/data/synth/estimate';
import { MlInternError } from '../../../../src/core/errors';
import { failedAnswer } from '../../../../src/core/model-errors';
import type { TeacherRequest } from '../../../../src/core/ports/teacher';
import { FakeTeacher, MemoryLog, writes } from '../../../support/core/fake-teacher';
import { QuietClock } from '../../../support/core/quiet-clock';

const price = { input: 1, output: 2 };
const base = {
  ...{ task: 'Write questions and answers about sums.', topics: ['small', 'large'], styles: ['plain', 'polite'] },
  ...{ languages: ['English'], edgeCases: [{ name: 'emergency', instruction: 'It is urgent.' }], rows: 30 },
  teacher: { kind: 'openai', baseUrl: 'http://teacher.example/v1', model: 'big', price },
  ...{ budget: { tokens: 1_000_000 }, maxTokens: 500 },
};
const plan = (rest: object = {}): SynthPlan => parsePlan({ ...base, ...rest }, 'plan.json');

let clock: QuietClock;
let log: MemoryLog;

function run(teacher: FakeTeacher, rest: object = {}, more: Partial<SynthParts> = {}): Promise<SynthResult> {
  const signal = new AbortController().signal;
  return generate({ plan: plan(rest), teacher, log, clock, signal, ...more });
}

const limited = (retryAfterMs?: number) =>
  failedAnswer({ where: 'teacher.example', status: 429, body: 'slow down', retryAfterMs });

describe('a plan of synthetic rows', () => {
  it('covers every combination, and its cells add up to the rows', () => {
    const cells = cellsOf(plan());
    assert.equal(cells.length, 8);
    assert.equal(
      cells.reduce((sum, { rows }) => sum + rows, 0),
      30,
    );
    assert.ok(cells.every(({ rows }) => rows === 3 || rows === 4));
    assert.equal(cells.filter(({ edgeCase }) => edgeCase !== null).length, 4);
  });

  it('gives the same prompts each time, and others with another seed', () => {
    const prompts = (seed: number) =>
      cellsOf(plan({ seed })).flatMap((cell) => writeRequests(plan({ seed }), cell, cell.rows, 0));
    assert.deepEqual(prompts(1), prompts(1));
    assert.notDeepEqual(
      prompts(1).map(({ id }) => id),
      prompts(2).map(({ id }) => id),
    );
    assert.match(prompts(1)[1]?.user ?? '', /emergency: It is urgent\./);
  });

  it('tells what it costs before it is asked, and shows its prompts word for word', () => {
    const { requests, inputTokens, outputTokens, usd } = estimate(plan());
    assert.equal(requests, 8);
    assert.equal(usd, (inputTokens + 2 * outputTokens) / 1e6);
    const text = proposalText(plan());
    for (const word of [
      '30 rows in 8 cells',
      'big at teacher.example',
      base.task,
      '- 4 × large / polite / English / emergency',
    ])
      assert.ok(text.includes(word), word);
    assert.equal(estimate(plan({ teacher: { ...base.teacher, price: undefined } })).usd, null);
  });

  it('is refused with the field named', () => {
    const bad: [object, RegExp][] = [
      [{ topics: [] }, /topics/],
      [{ rows: 0 }, /rows/],
      [{ budget: {} }, /budget\.tokens/],
      [{ teacher: { kind: 'openai', baseUrl: 'nowhere', model: 'm' } }, /teacher\.baseUrl/],
      [{ teacher: { kind: 'guru', model: 'm' } }, /teacher\.kind/],
      [{ budget: { tokens: 9, usd: 1 }, teacher: { ...base.teacher, price: undefined } }, /needs the price/],
    ];
    for (const [rest, told] of bad)
      assert.throws(
        () => plan(rest),
        (error) => MlInternError.is(error, 'bad-input') && told.test(error.message),
      );
  });
});

describe('the making of synthetic rows', () => {
  beforeEach(() => {
    clock = new QuietClock();
    log = new MemoryLog();
  });

  it('fills every cell, and each row says where it came from', async () => {
    const teacher = new FakeTeacher(writes);
    const { rows, cells, ended, requests, tokens, usd } = await run(teacher);
    assert.deepEqual([rows.length, ended, requests, tokens], [30, 'complete', 8, 8 * 150]);
    assert.ok(usd !== null && Math.abs(usd - 8 * 200e-6) < 1e-9);
    assert.ok(cells.every(({ wanted, accepted }) => wanted === accepted));
    const { provenance } = rows[0] ?? assert.fail();
    assert.equal(provenance.teacher, 'big at teacher.example');
    assert.equal(provenance.model, 'fake-1');
    assert.equal(provenance.cell, 'small / plain / English');
    assert.ok(Math.abs(rows.reduce((sum, row) => sum + (row.provenance.usd ?? 0), 0) - usd) < 1e-9);
  });

  it('gives the same file whatever the order in which answers come', async () => {
    const first = rowLines((await run(new FakeTeacher(writes), { concurrency: 1 })).rows);
    log = new MemoryLog();
    const second = rowLines((await run(new FakeTeacher(writes), { concurrency: 8 })).rows);
    assert.equal(first, second);
  });

  it('never has more requests under way than it may', async () => {
    let under = 0;
    let most = 0;
    const teacher = new FakeTeacher(writes);
    const ask = teacher.ask.bind(teacher);
    teacher.ask = async (request, signal) => {
      most = Math.max(most, ++under);
      for (let turn = 0; turn < 5; turn++) await Promise.resolve();
      return ask(request, signal).finally(() => (under -= 1));
    };
    await run(teacher, { concurrency: 3 });
    assert.equal(most, 3);
  });

  it('goes on after an interruption from what was paid, and pays nothing twice', async () => {
    const controller = new AbortController();
    const teacher = new FakeTeacher(writes);
    teacher.onAsk = (count) => count === 5 && controller.abort();
    await assert.rejects(run(teacher, { concurrency: 1 }, { signal: controller.signal }));
    assert.equal(log.text.trim().split('\n').length, 4);
    log.text = log.text.slice(0, -20);
    const second = new FakeTeacher(writes);
    const { rows, requests } = await run(second);
    assert.deepEqual([rows.length, requests, second.asked.length], [30, 8, 5]);
    assert.equal((await run(new FakeTeacher(() => assert.fail('asked again')))).rows.length, 30);
  });

  it('waits as long as a busy endpoint asks, and no longer than sensible', async () => {
    const teacher = new FakeTeacher((request, count) => (count <= 2 ? limited(7000) : writes(request)));
    assert.equal((await run(teacher, { concurrency: 1 })).rows.length, 30);
    assert.deepEqual(clock.sleeps, [7000, 7000]);
    const busy = new FakeTeacher(() => limited(3_600_000));
    log = new MemoryLog();
    await assert.rejects(run(busy), (error) => MlInternError.is(error, 'model-rate-limit'));
  });

  it('backs off by itself where the endpoint does not say, and gives up at last', async () => {
    const teacher = new FakeTeacher(() => limited());
    await assert.rejects(run(teacher, { concurrency: 1 }), (error) => MlInternError.is(error, 'model-rate-limit'));
    assert.deepEqual(clock.sleeps, [500, 1000, 2000, 4000, 8000]);
  });

  it('stops at once when the key is refused or the credit is gone', async () => {
    const teacher = new FakeTeacher((request, count) =>
      count > 2 ? failedAnswer({ where: 't', status: 402, body: 'no credit' }) : writes(request),
    );
    await assert.rejects(run(teacher, { concurrency: 2 }), (error) => MlInternError.is(error, 'model-quota'));
    assert.ok(teacher.asked.length <= 4);
    assert.equal(log.text.trim().split('\n').length, 2);
  });

  it('lets one bad request fail without the others', async () => {
    const teacher = new FakeTeacher((request, count) =>
      count === 1 ? failedAnswer({ where: 't', status: 400, body: 'content filter' }) : writes(request),
    );
    const { rows, failedRequests, ended } = await run(teacher, { concurrency: 1 });
    assert.deepEqual([rows.length, failedRequests, ended], [30, 1, 'complete']);
  });

  it('ends before the budget is overspent, and says so', async () => {
    const inTokens = await run(new FakeTeacher(writes), { budget: { tokens: 1300 } });
    assert.equal(inTokens.ended, 'budget');
    assert.ok(inTokens.tokens <= 1300 && inTokens.rows.length > 0 && inTokens.rows.length < 30);
    log = new MemoryLog();
    const inDollars = await run(new FakeTeacher(writes), { budget: { tokens: 1e6, usd: 0.0015 }, maxTokens: 100 });
    assert.equal(inDollars.ended, 'budget');
    assert.ok((inDollars.usd ?? 1) <= 0.0015);
  });

  it('counts what the log has spent already against the budget', async () => {
    await run(new FakeTeacher(writes), { budget: { tokens: 1300 } });
    const again = new FakeTeacher(writes);
    const { ended } = await run(again, { budget: { tokens: 1300 } });
    assert.deepEqual([ended, again.asked.length], ['budget', 0]);
  });

  it('asks for more where rows were refused, and tells why they were', async () => {
    const spoil = (request: TeacherRequest, count: number) => {
      if (count === 1) return '{"prompt": "a", "completion"';
      if (count === 2) return JSON.stringify({ prompt: 'Please do this.', completion: "I'm sorry, but I can't help." });
      if (count === 3) return JSON.stringify({ prompt: 'Long', completion: 'x'.repeat(9000) });
      return writes(request);
    };
    const { rows, rejected, ended } = await run(new FakeTeacher(spoil), { concurrency: 1 });
    assert.deepEqual([rows.length, ended], [30, 'complete']);
    assert.deepEqual([rejected.malformed, rejected.refusal, rejected['too-long']], [1, 1, 1]);
  });

  it('says when the rounds were not enough', async () => {
    const { rows, ended, rejected } = await run(new FakeTeacher(() => 'Here you are!'));
    assert.deepEqual([rows.length, ended, rejected.malformed], [0, 'short', 16]);
  });

  it('makes nothing twice, neither its own nor what exists, nor the examples', async () => {
    const known = 'What is the capital of the small country beyond the hills?';
    const say = (prompt: string) => JSON.stringify({ prompt, completion: 'It depends.' });
    const examples = [{ prompt: 'How tall is the tower of the old mill?', completion: '9 m' }];
    const teacher = new FakeTeacher(({ seed }) =>
      [known, examples[0]?.prompt ?? '', `New number ${seed}`, `NEW  number ${seed}!`].map(say).join('\n'),
    );
    const { rows, rejected } = await run(teacher, { rows: 8, rounds: 1, examples }, { existing: [known] });
    assert.deepEqual([rows.length, rejected.duplicate], [8, 24]);
  });

  it('keeps only answers that a second, independent answer agrees with', async () => {
    const teacher = new FakeTeacher((request) => {
      if (request.user.includes('Write ')) return writes(request);
      const number = Number(/How much is (\d+)/.exec(request.user)?.[1]);
      return `Let me see.\nAnswer: ${number % 2 === 0 ? number + 1 : 'unknown'}`;
    });
    const { rows, rejected } = await run(teacher, { verify: 'solve', rounds: 1 });
    assert.equal(rows.length + rejected.unverified, 30);
    assert.ok(rows.length > 0 && rejected.unverified > 0);
    assert.ok(rows.every(({ completion }) => Number(/\d+/.exec(completion)?.[0]) % 2 === 1));
    assert.equal(rows[0]?.provenance.verifiedBy, 'big at teacher.example');
    assert.ok(
      teacher.asked.filter(({ user }) => !user.includes('Write ')).every(({ user }) => !user.includes('Answer:')),
    );
  });

  it('leaves out rows that overlap with the evaluation', async () => {
    const overlap = () => Promise.resolve(new Set([0, 2]));
    const { rows, rejected } = await run(new FakeTeacher(writes), { rounds: 1 }, { overlap });
    assert.deepEqual([rows.length, rejected.overlap], [28, 2]);
  });
});
