import assert from 'node:assert/strict';
import { holdOut, scoreReferences } from '../../../src/core/experiments/references';
import { runSummary } from '../../../src/cli/summary';
import { runResult } from '../../../src/cli/result';
import { writeReport } from '../../../src/core/run/report';
import { projectRun } from '../../../src/vscode/run-panel/project';
import type { Benchmark } from '../../../src/core/run/types';
import { count } from '../../support/core/journal';
import { itemsOf, loaded, openWorkplace, type Workplace } from '../../support/core/kit';

const instructModel = 'lab/tiny-instruct';

interface Order {
  model: string;
  benchmark: { fewShot?: { n: number; items: { id: string }[] }; sampling?: { stop: string[] }; references?: unknown };
}

describe('references', () => {
  let work: Workplace;
  const score = () => scoreReferences(work.kit.bench, work.preparation, 60);
  const orderOf = (part: string) => {
    const request = work.box.request(work.box.started.find((id) => id.includes(part)) ?? '');
    const { files, content } = request;
    const ids = itemsOf(request).trim().split('\n');
    return {
      ...(JSON.parse(String(files['evaluate.json'])) as Order),
      ...{ ids: ids.map((line) => (JSON.parse(line) as { id: string }).id), capSeconds: content.capSeconds },
    };
  };

  beforeEach(async () => {
    work = await openWorkplace({ config: { instructModel } });
    await work.evaluations.evaluate('baseline', 'dev');
  });

  it('are the base model after examples that are not asked, and the instruct model, each once', async () => {
    await score();
    await score();
    const { benchmark, ids, model, capSeconds } = orderOf('-eval-few-shot-dev');
    const shown = benchmark.fewShot?.items.map(({ id }) => id) ?? [];
    const dev = loaded.splits.dev.map(({ id }) => id);
    assert.deepEqual([model, shown.length, capSeconds], ['/models/tiny', 5, 60]);
    assert.deepEqual([...ids, ...shown].sort(), [...dev].sort(), 'Dev items, each either shown or asked.');
    assert.deepEqual([benchmark.sampling?.stop, benchmark.references], [['\nQuestion:'], undefined]);
    assert.deepEqual(orderOf('-eval-instruct-dev').ids, dev);
    const { references, queries, experiments, baseline } = work.journal.view;
    assert.deepEqual(
      references.map(({ kind, model: of, score: { n }, examples }) => [kind, of, n, examples?.ids]),
      [
        ['few-shot', work.journal.config.baseModel, dev.length - 5, shown],
        ['instruct', instructModel, dev.length, undefined],
      ],
    );
    assert.match(references[0]?.examples?.hash ?? '', /^[0-9a-f]{64}$/);
    assert.deepEqual([queries.dev, count(work.journal, 'reference.scored')], [3, 2]);
    assert.deepEqual(
      [experiments, baseline.dev?.n],
      [[], dev.length],
      'They are neither experiments nor the baseline.',
    );
    const asked = work.box.started.findLast((id) => id.includes('-model-')) ?? '';
    assert.match(String(work.box.request(asked).files['model.json']), /lab\/tiny-instruct/);
  });

  it('are shown in the report, on the command line and in the panel', async () => {
    await score();
    const { view } = work.journal;
    const report = writeReport(view, []);
    assert.match(report, /To compare with, on dev items; they take part in no test\. The 5 examples are dev items/);
    assert.match(report, /\| base model, 5-shot \| 0\.\d+ \[.*n 15 \|\n\| instruct model lab\/tiny-instruct \| 0\.\d+/);
    assert.match(
      runSummary(view, '/run', []),
      /To compare with, on the dev items[^]*base model, 5-shot[^]*tiny-instruct/,
    );
    assert.deepEqual(
      runResult(view, '/run', []).references.map(({ kind, score: { n } }) => [kind, n]),
      [
        ['few-shot', 15],
        ['instruct', 20],
      ],
    );
    const panel = projectRun(view, { active: false, trusted: true, now: 0 });
    assert.deepEqual(
      panel.references.map(({ name }) => name),
      ['base model, 5-shot', 'instruct model lab/tiny-instruct'],
    );
  });

  it('wait for a baseline', async () => {
    work = await openWorkplace();
    await score();
    assert.deepEqual(work.box.started, []);
  });

  const unfit: [string, Partial<Benchmark>][] = [
    ['shows examples itself', { fewShot: { items: [], n: 1, seed: 0 } }],
    ['has answers that a program decides', { kind: 'code' }],
    ['wants none', { references: { shots: 0 } }],
    ['has too few items', { references: { shots: 8 } }],
  ];
  for (const [name, more] of unfit) {
    it(`show no examples of a benchmark that ${name}`, () => {
      assert.equal(holdOut({ ...loaded.benchmark, ...more }, loaded.splits.dev, 1), undefined);
    });
  }
});
