/** Made-up courses of a run: any order of any events, as hostile as the log's grammar allows. */
import type { EventData, EventType } from '../../../src/core/run/events';
import type { Journal } from '../../../src/core/run/journal';
import type { Proposal } from '../../../src/core/run/types';
import type { Random } from './random';
import {
  comparison,
  config,
  datasetProposal,
  forecast,
  launchProposal,
  overlap,
  recipe,
  recipeRow,
  score,
  scriptProposal,
  sheet,
  generatedRows,
  waterfall,
} from './samples';

type Made = { [T in EventType]: (random: Random) => EventData[T] };

const ids: [string, ...string[]] = ['a', 'b', 'c'];

const made: Made = {
  'run.created': () => ({ id: 'run-1', name: 'run-1', config: config() }),
  'run.started': () => ({ by: 'cli', process: 1 }),
  'publication.made': (random) => ({
    ...{ kind: 'model', experiment: random.pick(ids), hub: 'https://hub', repo: 'me/model', visibility: 'private' },
    ...{ commit: 'c'.repeat(40), url: 'u', hash: 'h', files: 3, bytes: random.below(99) },
  }),
  'run.stopped': () => ({ by: 'person', message: 'stop' }),
  'run.finished': () => ({ ending: 'agent-finished', summary: 'done' }),
  'phase.entered': (random) => ({ phase: random.pick(['research', 'data', 'baseline', 'experiments']) }),
  'plan.updated': () => ({ items: [{ text: 'read', state: 'todo' }] }),
  'person.said': () => ({ text: 'hello 🙂', source: 'feedback' }),
  'model.replied': (random) => ({ text: 'thinking', toolCalls: [], inputTokens: random.below(50), outputTokens: 3 }),
  'tool.returned': (random) => ({ callId: random.pick(ids), name: 'plan', ok: true, content: '{}' }),
  'paper.noted': (random) => ({
    ...{ id: random.pick(ids), title: 'T', url: 'u', claim: 'c', quote: 'q', place: 'p', file: 'f' },
  }),
  'recipe-row.noted': (random) => ({ row: recipeRow({ id: random.pick(ids) }), file: 'f' }),
  'dataset.inspected': (random) => ({ sheet: sheet(random.pick(ids)), file: 'f' }),
  'dataset.set-aside': (random) => ({ id: random.pick(ids), reason: 'noisy' }),
  'overlap.checked': (random) => ({ report: overlap(random.pick(ids), [1]) }),
  'proposal.made': (random) => ({
    proposal: random.pick<Proposal>([datasetProposal('a'), scriptProposal('b'), launchProposal('c')]),
  }),
  'proposal.decided': (random) => ({
    decision: { proposal: random.pick(ids), hash: 'h', verdict: random.pick(['approve', 'reject']), by: 'person' },
  }),
  'benchmark.loaded': () => ({ name: 'glim', metric: 'exact', itemsHash: 'h', items: 4, dev: 2, promotion: 2 }),
  'environment.ready': () => ({ name: 'train', hash: 'abc', packages: 3 }),
  'base-model.ready': () => ({ path: '/m', revision: 'r', weightsHash: 'w', parameters: 1 }),
  'job.submitted': (random) => ({
    ...{ id: random.pick(ids), kind: 'train', experiment: random.pick(ids), contentHash: 'h', capSeconds: 9 },
    folder: 'jobs/x',
  }),
  'job.changed': (random) => ({
    ...{ id: random.pick(ids), state: random.pick(['running', 'finished', 'failed']), startedAt: 1, endedAt: 2 },
    ...{ wallSeconds: random.below(90), gpuSeconds: random.below(9), failure: null },
  }),
  'box.contact': (random) => ({ state: random.pick(['connected', 'lost', 'regained']), message: 'm' }),
  'experiment.created': (random) => ({
    ...{ id: random.pick(ids), slug: 's', parent: null, hypothesis: 'h', recipe: recipe(), config: {} },
    ...{ scriptHash: 'h', folder: 'experiments/x' },
  }),
  'rows.generated': () => ({ rows: generatedRows() }),
  'teacher.paid': () => ({ file: 'data/sums.jsonl', inputTokens: 100, outputTokens: 50 }),
  'recipe.compiled': (random) => ({ experiment: random.pick(ids), job: 'j', waterfall: waterfall() }),
  'experiment.forecast': (random) => ({ experiment: random.pick(ids), job: 'j', forecast: forecast() }),
  'oom.step': (random) => ({
    ...{ experiment: random.pick(ids), failed: random.pick(ids), failure: 'oom-gpu', change: 'c', config: {} },
  }),
  'job.flagged': (random) => ({
    ...{ job: random.pick(ids), finding: { rule: 'plateau', step: 9, value: 1, limit: 2, message: 'm' } },
  }),
  'experiment.scored': (random) => ({
    ...{ experiment: random.pick(['baseline', 'a', 'b']), split: random.pick(['dev', 'promotion']), job: 'j' },
    ...{ score: score(0.4), comparison: comparison(), toBaseline: null },
  }),
  'seeds.pooled': (random) => ({ experiment: random.pick(ids), of: ids, score: score(0.4), toBaseline: null }),
  'reference.scored': (random) => ({
    reference: {
      ...{ kind: random.pick(['few-shot', 'instruct']), model: 'm', job: 'j', score: score(0.3) },
      fingerprints: { evaluatorHash: 'e', itemsHash: 'i', chatTemplateHash: 't', modelHash: 'm' },
    },
  }),
  'experiment.closed': (random) => ({ experiment: random.pick(ids), outcome: 'failed', note: 'n' }),
  'doctor.checked': (random) => ({
    experiment: random.pick(ids),
    job: 'j',
    ok: random.pick([true, false]),
    checks: [],
  }),
  'tree.asked': (random) => ({
    ...{ action: random.pick(['branch', 'repeat', 'prune']), experiment: random.pick(ids), note: '' },
  }),
  'agent.finished': () => ({ summary: 's', best: 'a' }),
  'promotion.decided': (random) => ({
    ...{ experiment: random.pick(ids), verdict: random.pick(['better', 'worse']), baseline: score(0.1) },
    ...{ best: score(0.4), difference: comparison(), reason: 'r' },
  }),
  'problem.raised': () => ({ reason: 'timeout', message: 'm', next: 'n' }),
  'report.written': () => ({ file: 'report.md' }),
};

export const eventTypes = Object.keys(made) as [EventType, ...EventType[]];

export function recordRandom(journal: Journal, random: Random): Promise<void> {
  const type = random.pick(eventTypes);
  return journal.record(type, made[type](random));
}
