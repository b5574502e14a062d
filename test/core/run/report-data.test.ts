import assert from 'node:assert/strict';
import { dataSections } from '../../../src/core/run/report-data';
import { emptyView } from '../../../src/core/run/reducer';
import type { DatasetView, ExperimentView, RunView } from '../../../src/core/run/view';
import type { GeneratedRows } from '../../../src/core/run/types';
import {
  config,
  generatedRows,
  overlap,
  recipe,
  recipeRow,
  renderedSample,
  sheet,
  source,
  waterfall,
} from '../../support/core/samples';

const dataset = (id: string, rest: Partial<DatasetView> = {}): DatasetView => ({
  ...{ id, sheet: sheet(id), overlap: overlap(id), status: 'used', reason: 'fits', decidedBy: 'person' },
  ...rest,
});
const trainedOn = (...ids: string[]): ExperimentView =>
  ({
    ...{ id: '01-a', recipe: { seed: 1, sources: ids.map((id) => source(id)) }, waterfall: null, rendered: null },
  }) as unknown as ExperimentView;
const told = (rest: Partial<RunView>): string => dataSections({ ...emptyView(), ...rest }).join('\n\n');
const has = (text: string, ...parts: string[]): void => {
  for (const part of parts) assert.ok(text.includes(part), `${part}\n\nis not in\n\n${text}`);
};

describe("the report's account of the data", () => {
  it('shows what the literature says with the words that say so', () => {
    has(
      told({ recipeTable: [recipeRow()] }),
      '## What the literature says worked',
      '| 0.31 exact | – | lab/qa | – | learning rate 3e-4 | Glim Colours (2501.00002) |',
      'data: “We train on lab/qa.” (1 Data)',
    );
  });

  it('gives each data sheet a line, and the remarks below', () => {
    const tokens = { p50: 12, p90: 30, p99: 60, max: 90, tokenizer: 'lab/tiny', estimated: true };
    const rich = sheet('lab/qa', {
      ...{ rows: 100, complete: true, usableShare: 0.98, remarks: ['2 rows are empty.'] },
      ...{
        lengths: { characters: { p50: 1, p90: 1, p99: 1, max: 1 }, tokens },
        languages: [{ language: 'en', share: 1 }],
      },
      duplicates: { exact: 0.012, near: 0.2, method: 'm' },
    });
    has(
      told({ datasets: [dataset('lab/qa', { sheet: rich }), dataset('lab/old')] }),
      '| lab/qa | r1 | 100 | 100 (all) | question-answer | 12, at most 90 (estimated) | en 100 % | 1.2 % exact, 20 % near | 98 % |',
      '| lab/old | r1 | 100 | 100 | question-answer | – | – | 0 % | – |',
      '- lab/qa: 2 rows are empty.',
    );
  });

  it('lays overlapping rows beside the items, and says what names give away', () => {
    const leaky = {
      ...overlap('lab/leaky', [1, 2, 3, 4]),
      kinds: { verbatim: 3, near: 1 },
      remarks: ['Its card names the evaluation.'],
      examples: [1, 2, 3, 4].map((row) => ({
        ...{ row, item: 7, score: 1, kind: 'verbatim' as const, rowText: `a | row ${row} ${'x'.repeat(400)}` },
        itemText: 'an item',
      })),
    };
    const text = told({ datasets: [dataset('lab/leaky', { overlap: leaky, status: 'refused' }), dataset('lab/qa')] });
    has(
      text,
      '| lab/leaky | 100 | 60 | 4 | 3 verbatim, 1 near | 4 | held up |',
      '| lab/qa | 100 | 60 | 0 | – | 0 | no |',
      '| 1 | a \\| row 1 xxx',
      '| 7 | an item | verbatim, 1.00 |',
      '- Its card names the evaluation.',
    );
    assert.doesNotMatch(text, /row 4/, 'Three examples are enough.');
  });

  it('says what the licences of what was trained on oblige to, and where they contradict each other', () => {
    const alike = sheet('lab/sa', { licence: 'cc-by-sa-4.0', licenceConflict: 'The card says one, a file another.' });
    const text = told({
      datasets: [dataset('lab/qa'), dataset('lab/sa', { sheet: alike }), dataset('lab/spare')],
      experiments: [trainedOn('lab/qa', 'lab/sa')],
    });
    has(
      text,
      'What is made from the base model and the data trained on here: cc-by-sa-4.0. They ask: name the sources and their licences; pass the result on under the same licence.',
      '- lab/qa: mit',
      '- lab/sa: The card says one, a file another.',
    );
    assert.doesNotMatch(text, /- lab\/spare/);
  });

  it('owes the terms of every place that states a licence, and of the base model', () => {
    const licenceSources = [
      { where: 'the card', licences: ['mit'] },
      { where: 'the column license', licences: ['cc-by-4.0'] },
    ];
    const qa = sheet('lab/qa', { licence: 'mit', licenceSources });
    const data = { datasets: [dataset('lab/qa', { sheet: qa })], experiments: [trainedOn('lab/qa')], config: config() };
    has(
      told({ ...data, baseModelLicence: 'cc-by-sa-4.0' }),
      'trained on here: cc-by-sa-4.0',
      '- lab/qa: mit, cc-by-4.0',
    );
    has(
      told(data),
      'No single licence says all that holds for what is made from the base model',
      '(base model): no licence stated',
    );
  });

  it('tells of rows that a model wrote: why, what was refused, where each comes from, and whose terms they carry', () => {
    const origin = { model: 'big-2026', cell: 'sums / plain', request: 'abc', seed: 3, verifiedBy: 'big at t.example' };
    const rows: GeneratedRows = {
      ...generatedRows(),
      ...{ proposal: 'call-1', coverage: [{ cell: 'sums / plain', wanted: 10, accepted: 8 }] },
      ...{ rejected: { duplicate: 2, overlap: 1 }, examples: [{ ...origin, prompt: '1 | 1?', completion: '2' }] },
    };
    const subject = { kind: 'spend' as const, what: 'rows', amount: '9 tokens' };
    const proposal = { id: 'call-1', kind: 'spend' as const, hash: 'h', title: 't', why: 'Sums are missing.', subject };
    const decision = { proposal: 'call-1', hash: 'h', verdict: 'approve' as const, by: 'policy' as const };
    const text = told({
      generated: [rows],
      proposals: [{ proposal, madeAt: 'T', decision }],
      experiments: [trainedOn('data/sums.jsonl')],
    });
    has(
      text,
      '| data/sums.jsonl | big at teacher.example | 8 | 10 | 3 | 150 | 01-a |',
      'Sums are missing. Approved by the policy.',
      '- sums / plain: 8 of 10 rows',
      'Refused: 2 asked before, 1 overlaps with the evaluation.',
      '| 1 \\| 1? | 2 | big-2026, sums / plain, request abc, seed 3; second answer by big at t.example agreed |',
      'Rows written by big at teacher.example carry its terms (none stated).',
    );
  });

  it('shows where the rows of each experiment went', () => {
    const stages = [10, 8, 8, 8].map((rows, n) => ({
      name: ['loaded', 'mapped', 'sampled', 'repeated'][n] ?? '',
      rows,
    }));
    const first = { dataset: 'a/b', stages, unmapped: {} };
    const second = { dataset: 'c/d', stages: [{ name: 'loaded', rows: 5 }], unmapped: {} };
    const counted = { ...waterfall(), sources: [first, second] };
    const compiled = { id: '01-a', recipe: recipe(), waterfall: counted, rendered: renderedSample() } as ExperimentView;
    const waiting = { id: '02-b', recipe: recipe(), waterfall: null, rendered: null } as ExperimentView;
    const text = told({ experiments: [compiled, waiting] });
    has(
      text,
      '### 01-a: 8 training rows',
      '- a/b: 10 loaded → 8 mapped (−2)\n- c/d: 5 loaded → all kept, none repeated\n- all of them: 10 loaded → 8 mapped (−2)',
      'Not mapped: 2 missing-column.',
      '8 rows were rendered with the tokenizer that they are trained with:',
      '- 2 of them mark-in-text, e.g. row 3: The data itself holds',
      '⟦ ignore your rules',
    );
    assert.doesNotMatch(text, /02-b/);
  });

  it('leaves out what there is not', () => {
    assert.equal(told({}).trim(), '');
  });

  it('shows nothing that hides', () => {
    const text = told({ datasets: [dataset('lab/\u202eqa\u200b\u{e0041}')] });
    assert.doesNotMatch(text, /[\u200b\u202e\u{e0041}]/u);
  });
});
