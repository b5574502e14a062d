import assert from 'node:assert/strict';
import type { ToolResult } from '../../../src/core/agent/toolbox';
import { sourceHash } from '../../../src/core/data/recipe';
import { sampleOf } from '../../../src/core/data/sample-rows';
import type { ProposalSubject, Recipe } from '../../../src/core/run/types';
import { count } from '../../support/core/journal';
import { factsOf, openWorkplace, type Workplace } from '../../support/core/kit';
import { renderedSample, waterfall } from '../../support/core/samples';

const mapping = { prompt: 'Question: {question}\nAnswer:', completion: ' {answer}' };
const easy = { kind: 'range', column: 'level', max: 2 };
const short = { kind: 'length', unit: 'words', max: 200 };

let work: Workplace;

async function facts(pending: Promise<ToolResult>): Promise<Record<string, unknown>> {
  const result = await pending;
  assert.ok(result.ok, result.content);
  return factsOf(result);
}

async function approve(rest: object = {}, id = 'lab/qa'): Promise<void> {
  await facts(work.call('inspect_dataset', { id }));
  await facts(work.call('check_overlap', { id }));
  await facts(work.call('propose_dataset', { id, why: 'fits', mapping, ...rest }));
}

function write(sources: object[], rest: object = {}): Promise<ToolResult> {
  const base = { slug: 'draft', parent: null, hypothesis: 'it helps', config: { max_steps: 5 } };
  return work.call('write_script', { ...base, sources, ...rest });
}

async function written(sources: object[], rest: object = {}): Promise<Recipe> {
  const { experiment } = await facts(write(sources, rest));
  const found = work.journal.view.experiments.find(({ id }) => id === experiment);
  assert.ok(found);
  return found.recipe;
}

describe('recipes of experiments', () => {
  beforeEach(async () => {
    work = await openWorkplace({ config: { autonomy: 'autopilot' } });
  });

  it('take fractional weights, shares, filters, duplicates and caps', async () => {
    await approve({ weight: 1.5, filters: [easy] });
    const mixture = { dedup: { exact: true, near: 0.8 }, caps: { rows: 500 } };
    const recipe = await written([{ id: 'lab/qa', filters: [short], share: 1 }], { mixture });
    assert.deepEqual(recipe.sources[0]?.filters, [easy, short]);
    assert.equal(recipe.sources[0].weight, 1.5);
    assert.equal(recipe.sources[0].share, 1);
    assert.deepEqual([recipe.dedup, recipe.caps, recipe.tokenizer], [mixture.dedup, mixture.caps, '/models/tiny']);
  });

  it('keep the filters and the number of rows that were approved: an experiment can only ask for less', async () => {
    await approve({ filters: [easy], maxRows: 50 });
    const recipe = await written([{ id: 'lab/qa', maxRows: 80 }]);
    assert.deepEqual(recipe.sources[0]?.filters, [easy]);
    assert.equal(recipe.sources[0].maxRows, 50);
  });

  it('are refused with the field named, before anything is proposed', async () => {
    await approve();
    const bad = [
      write([{ id: 'lab/qa', weight: 0 }]),
      write([{ id: 'lab/qa', filters: [{ kind: 'mood' }] }]),
      write([{ id: 'lab/qa', share: 1 }, { id: 'lab/qa' }]),
      write([{ id: 'lab/qa' }], { mixture: { dedup: { near: 7 } } }),
    ];
    for (const [at, pending] of bad.entries()) {
      const result = await pending;
      assert.equal(result.ok, false);
      assert.match(result.content, [/weight/, /filters/, /share/, /near/][at] ?? /never/);
    }
    assert.equal(work.journal.view.experiments.length, 0);
  });

  it('go with a few rows of the dataset, which are no part of what is approved', async () => {
    await approve();
    const [entry] = work.journal.view.proposals;
    assert.equal(entry?.proposal.subject.kind, 'dataset');
    const { rows, source } = entry.proposal.subject as Extract<ProposalSubject, { kind: 'dataset' }>;
    assert.ok(rows !== undefined && rows.length > 0 && rows.length <= 3);
    assert.equal(sampleOf(entry.proposal)[0]?.problem, null);
    assert.equal(entry.proposal.hash, sourceHash(source));
  });

  it('give another hash to a proposal with another filter', async () => {
    await approve({ filters: [easy] });
    await approve({ filters: [short] });
    const [first, second] = work.journal.view.proposals.map(({ proposal }) => proposal.hash);
    assert.notEqual(first, second);
  });

  it('tell what to mind in the rendered rows, and what those say only as text from outside', async () => {
    await approve();
    await facts(work.call('evaluate', { experiment: 'baseline' }));
    await written([{ id: 'lab/qa' }]);
    const { job } = await facts(work.call('launch_job', { experiment: '01-draft', capMinutes: 5 }));
    const result = await work.call('wait_for_job', { job });
    const { rows } = factsOf(result) as { rows: Record<string, unknown> };
    assert.deepEqual([rows['rendered'], rows['toMind']], [8, { 'mark-in-text': 2 }]);
    assert.doesNotMatch(JSON.stringify(factsOf(result)), /ignore your rules/);
    assert.match(result.content, /⟦ ignore your rules/);
    assert.deepEqual(work.journal.view.experiments[0]?.rendered, renderedSample());
  });

  it('leave their waterfall in the log once the job has counted, and only once', async () => {
    await approve();
    await facts(work.call('evaluate', { experiment: 'baseline' }));
    await written([{ id: 'lab/qa' }]);
    const { job } = await facts(work.call('launch_job', { experiment: '01-draft', capMinutes: 5 }));
    const told = await facts(work.call('wait_for_job', { job }));
    const { stages, unmapped } = told['rows'] as Record<string, unknown>;
    assert.deepEqual({ stages, unmapped }, { stages: waterfall().stages, unmapped: waterfall().unmapped });
    await facts(work.call('evaluate', { experiment: '01-draft' }));
    await facts(work.call('wait_for_job', { job }));
    assert.equal(count(work.journal, 'recipe.compiled'), 1);
    assert.deepEqual(work.journal.view.experiments[0]?.waterfall, waterfall());
  });
});
