import assert from 'node:assert/strict';
import { budgetFacts, remaining, spendAt, spentCap } from '../../../src/core/run/budget';
import { candidatesOf } from '../../../src/core/run/promotion';
import { emptyView } from '../../../src/core/run/reducer';
import { formatDifference, formatScore, writeReport } from '../../../src/core/run/report';
import { failuresOf } from '../../../src/core/run/tree';
import type { Budget } from '../../../src/core/run/types';
import type { ExperimentView, JobView, RunView, Spend } from '../../../src/core/run/view';
import type { WatchRule } from '../../../src/core/run/watch-rules';
import { comparison, config, overlap, recipe, score, sheet } from '../../support/core/samples';

const experiment = (id: string, rest: Partial<ExperimentView> = {}): ExperimentView => ({
  ...{ id, slug: 's', parent: null, hypothesis: 'clean rows help', recipe: recipe(), config: {}, scriptHash: 'h' },
  ...{ folder: `experiments/${id}`, jobs: [], waterfall: null, rendered: null, dev: null },
  ...{ comparison: null, toBaseline: null, promotion: null },
  ...{ outcome: 'open', note: '' },
  ...rest,
});

const view = (rest: Partial<RunView> = {}): RunView => ({ ...emptyView(), name: 'run-1', config: config(), ...rest });
const spend = (rest: Partial<Spend> = {}): Spend => ({ ...emptyView().spend, ...rest });
const budget: Budget = { wallHours: 1, gpuHours: 2, modelTokens: 100, experiments: 3 };

describe('the budget', () => {
  it('knows what is left, never less than nothing', () => {
    const spent = spend({ wallSeconds: 600, gpuSeconds: 9000, inputTokens: 30, outputTokens: 20, experiments: 5 });
    assert.deepEqual(remaining(budget, spent), { wallSeconds: 3000, gpuSeconds: 0, tokens: 50, experiments: 0 });
  });

  for (const [spent, cap] of [
    [spend({ wallSeconds: 3599 }), undefined],
    [spend({ wallSeconds: 3600 }), 'the wall-clock budget of 1 h'],
    [spend({ gpuSeconds: 7200 }), 'the GPU budget of 2 h'],
    [spend({ inputTokens: 60, outputTokens: 40 }), 'the budget of 100 model tokens'],
    [spend({ experiments: 3 }), undefined],
  ] as const) {
    it(`names the cap that is reached: ${cap ?? 'none'} (${JSON.stringify(spent)})`, () =>
      assert.equal(spentCap(budget, spent), cap));
  }

  it('does not cap GPU hours that nobody capped', () => {
    const open: Budget = { wallHours: 1, modelTokens: 100, experiments: 3 };
    assert.equal(spentCap(open, spend({ gpuSeconds: 1e9 })), undefined);
    assert.deepEqual(budgetFacts(open, spend({ wallSeconds: 61 })), {
      minutesLeft: 58,
      experimentsLeft: 3,
      tokensLeft: 100,
    });
  });

  it('adds the time since the last event while the run is driven, and only then', () => {
    const now = Date.parse('2026-05-04T08:01:00Z');
    const at = (state: RunView['state']) =>
      spendAt(view({ state, lastTime: '2026-05-04T08:00:00Z', spend: spend({ wallSeconds: 5 }) }), now).wallSeconds;
    assert.deepEqual([at('running'), at('waiting'), at('stopped'), at('finished')], [65, 5, 5, 5]);
  });
});

describe('what failed', () => {
  const job = (id: string, rest: Partial<JobView>): JobView => ({
    ...{ id, kind: 'train', experiment: null, state: 'failed', note: null, capSeconds: 9, wallSeconds: 1 },
    ...{ gpuSeconds: 0, startedAt: 1, endedAt: 2, failure: null, folder: 'f' },
    ...rest,
  });
  const finding = (rule: WatchRule, message: string) => ({ rule, step: 9, value: 1, limit: 2, message });
  const failed = view({
    config: { ...config(), stopOn: ['divergence'] },
    experiments: ['01-a', '02-b', '03-c', '04-d'].map((id) => experiment(id)),
    jobs: [
      job('a', {
        ...{ experiment: '01-a', state: 'stopped' },
        findings: [finding('divergence', 'The loss | rose to 9.'), finding('plateau', 'The loss stays.')],
      }),
      job('b', { trialOf: '02-b', failure: { class: 'exit', message: 'KeyError: text' } }),
      job('c', { experiment: '03-c', state: 'stopped', findings: [finding('plateau', 'The loss stays.')] }),
      job('d-trial', { trialOf: '04-d', failure: { class: 'oom-gpu', message: 'CUDA out of memory' } }),
      job('d-again', { trialOf: '04-d', state: 'finished' }),
    ],
  });

  it('is told with its cause: a rule that ended the training, a crash in the trial; not what a person stopped', () => {
    assert.deepEqual(failuresOf(failed), [
      { experiment: '01-a', cause: 'divergence: The loss | rose to 9.' },
      { experiment: '02-b', cause: 'in its trial, exit: KeyError: text' },
    ]);
  });

  it('stands in the report, a line each', () => {
    const report = writeReport(failed, []);
    assert.match(
      report,
      /\| what failed \| its cause \|\n\|.*\n\| 01-a \| divergence: The loss .*rose to 9\. \|\n\| 02-b \|/,
    );
    assert.doesNotMatch(writeReport(view({ experiments: [experiment('01-a')] }), []), /what failed/);
  });
});

describe('the candidates for promotion', () => {
  const tried = [
    experiment('01-a', { dev: score(0.5, { low: 0.3 }) }),
    experiment('02-b', { dev: score(0.45, { low: 0.4 }) }),
    experiment('03-c'),
  ];

  it('are what the agent chose, then the others', () => {
    const finish = { summary: '', best: '01-a' };
    assert.deepEqual(candidatesOf(view({ experiments: tried, finish })), ['01-a', '02-b']);
  });

  it('are otherwise ordered by their lower bound', () => {
    assert.deepEqual(candidatesOf(view({ experiments: tried })), ['02-b', '01-a']);
  });

  it('are none when nothing was scored', () => {
    assert.deepEqual(candidatesOf(view({ experiments: [experiment('01-a')] })), []);
  });
});

describe('the report', () => {
  it('gives a score with its interval, invalid share and n, and a difference with its sign and verdict', () => {
    assert.equal(
      formatScore(score(0.4)),
      '0.400 [0.300, 0.500], invalid 10 %, truncated 0 %, 4 tokens an answer, n 50',
    );
    assert.equal(formatScore(null), '—');
    assert.equal(formatDifference(comparison()), '+0.200 [0.050, 0.350] better');
    assert.equal(
      formatDifference(comparison({ difference: -0.1, low: -0.2, high: 0.05, verdict: 'no evidence' })),
      '-0.100 [-0.200, 0.050] no evidence',
    );
  });

  it('tells the whole story with its numbers', () => {
    const text = writeReport(
      view({
        summary: 'Clean rows helped.',
        baseline: { dev: score(0.1), promotion: score(0.12) },
        experiments: [
          experiment('01-a', { dev: score(0.4), toBaseline: comparison(), outcome: 'promoted' }),
          experiment('02-b', {
            parent: '01-a',
            dev: score(0.3),
            comparison: comparison({ difference: -0.1, verdict: 'worse' }),
          }),
        ],
        datasets: [
          {
            id: 'lab/qa',
            sheet: sheet(),
            overlap: overlap('lab/qa', [1]),
            status: 'used',
            reason: 'fits',
            decidedBy: 'person',
          },
          {
            id: 'lab/nc',
            sheet: sheet('lab/nc', { licence: 'cc-by-nc-4.0' }),
            overlap: null,
            status: 'refused',
            reason: 'forbidden',
            decidedBy: 'policy',
          },
          {
            ...{ id: 'lab/spare', sheet: sheet('lab/spare'), overlap: null, status: 'used', reason: 'fits' },
            decidedBy: 'person',
          },
          { id: 'lab/seen', sheet: null, overlap: null, status: 'seen', reason: '', decidedBy: null },
        ],
        promotion: {
          ...{ experiment: '01-a', verdict: 'better', baseline: score(0.12), best: score(0.41) },
          ...{ difference: comparison(), reason: '01-a is better.' },
        },
        papers: [
          {
            id: '2601.00001',
            title: 'Rows',
            url: 'https://arxiv.org/abs/2601.00001',
            notes: [{ claim: 'c', quote: 'q', place: 'Method' }],
          },
        ],
        problems: [{ time: 'T', reason: 'timeout', message: 'slow', next: 'n' }],
        spend: spend({ wallSeconds: 90, boxSeconds: 30, inputTokens: 7, outputTokens: 3 }),
      }),
      ['The model was a stand-in.'],
    );
    for (const part of [
      '| base model | 0.120 [0.020, 0.220], invalid 10 %, truncated 0 %, 4 tokens an answer, n 50 |',
      '| paired difference | +0.200 [0.050, 0.350] better |',
      '3 went from unparsable to right (format repair), 9 from wrong to right, 2 from right to not right (exact McNemar)',
      '| 02-b | 01-a | 0.300 [0.200, 0.400], invalid 10 %, truncated 0 %, 4 tokens an answer, n 50 | -0.100 [0.050, 0.350] worse |',
      '| lab/qa | trained on by 01-a, 02-b | person | mit | 1 of 100 rows | fits |',
      '| lab/spare | approved, not trained on | person | mit | not checked | fits |',
      '| lab/nc | refused | policy | cc-by-nc-4.0 | not checked | forbidden |',
      '- [Rows](https://arxiv.org/abs/2601.00001) (2601.00001)\n  - c: “q” (Method)',
      'Wall clock 1.5 min, box 0.5 min in 0 jobs, GPU 0.0 min, 7 input and 3 output tokens.',
      '- T: slow',
      '- The model was a stand-in.',
    ])
      assert.ok(text.includes(part), `${part}\n\nis not in\n\n${text}`);
    assert.doesNotMatch(text, /lab\/seen/);
  });

  it('can be written of a run that never began', () => {
    assert.match(writeReport(emptyView(), []), /No promotion was decided[^]*Last good model\.\*\* The base model/);
  });

  it('lets no text from outside build tables, links, images, code or HTML', () => {
    const evil = 'x | y \\| z\n# h [l](http://evil.example) ![i](http://evil.example/p.png) <img src=x> `|` <!-- ';
    const text = writeReport(
      view({
        summary: evil,
        experiments: [experiment('01-a', { hypothesis: evil })],
        datasets: [
          {
            id: evil,
            sheet: sheet('a', { licence: evil }),
            overlap: null,
            status: 'refused',
            reason: evil,
            decidedBy: 'agent',
          },
        ],
        papers: [
          {
            id: `1) [x](http://evil.example)`,
            title: evil,
            url: 'https://arxiv.org/abs/1) [x](http://evil.example)',
            notes: [{ claim: evil, quote: evil, place: evil }],
          },
        ],
        problems: [{ time: 'T', reason: 'timeout', message: evil, next: evil }],
      }),
      [],
    );
    const bare = text.replace(/\\[\\|<>[\]`!]/g, '');
    const head = '| dataset | what became of it | decided by | licence | overlap with the evaluation | reason |';
    const cells = (row: string) => row.split('|').length;
    for (const row of bare.slice(bare.indexOf(head)).split('\n').slice(0, 3))
      assert.equal(cells(row), cells(head), row);
    assert.doesNotMatch(bare, /[<`]/);
    assert.doesNotMatch(bare, /!\[/);
    const links = [...bare.matchAll(/\]\(([^)]*)\)/g)].map(([, target]) => target ?? '');
    assert.equal(links.length, 1, 'The paper only.');
    assert.ok(
      links.every((target) => /^https:\/\/arxiv\.org\/abs\/[^\s[\]()]*$/.test(target)),
      links.join(' '),
    );
    assert.equal(text.split('\n').filter((one) => one.startsWith('#')).length, 8);
  });
});
