/** An invented run from its first word to its promotion, as the events that a log would hold. For tests that need something to show. */
import type { EventData, EventType, RunEvent } from '../../src/core/run/events';
import type { Proposal } from '../../src/core/run/types';
import {
  comparison,
  hash,
  overlap,
  plan,
  proposals,
  recipe,
  score,
  sheets,
  storyConfig,
  storyRun,
} from './story-parts';

/** Collects events, numbered and a few seconds apart. */
class Log {
  readonly events: RunEvent[] = [];

  add<T extends EventType>(type: T, data: EventData[T]): this {
    const seq = this.events.length + 1;
    const time = new Date(Date.UTC(2026, 4, 12, 9, 0, seq * 7)).toISOString();
    this.events.push({ v: 1, seq, time, type, data } as RunEvent);
    return this;
  }

  say(text: string): this {
    return this.add('model.replied', { text, toolCalls: [], inputTokens: 5200, outputTokens: 310 });
  }

  decide(proposal: Proposal, by: 'person' | 'policy', verdict: 'approve' | 'reject', reason?: string): this {
    const why = reason === undefined ? {} : { reason };
    const rule = by === 'policy' ? { rule: 'licence' } : { surface: 'editor' };
    return this.add('proposal.decided', {
      decision: { proposal: proposal.id, hash: proposal.hash, verdict, by, ...why, ...rule },
    });
  }

  job(id: string, kind: 'train' | 'evaluate', experiment: string, state: 'running' | 'finished'): this {
    const folder = `experiments/${experiment}`;
    if (state === 'running')
      this.add('job.submitted', { id, kind, experiment, contentHash: hash(id), capSeconds: 600, folder });
    const ended = state === 'finished' ? 1_778_576_500 : null;
    const seconds = state === 'finished' ? 46 : 12;
    return this.add('job.changed', {
      id,
      state,
      startedAt: 1_778_576_454,
      endedAt: ended,
      wallSeconds: seconds,
      gpuSeconds: seconds,
      failure: null,
    });
  }
}

/** Up to the point where a dataset waits for the person. */
export function untilDataset(log = new Log()): Log {
  log
    .add('run.created', { id: storyRun, name: 'sill-questions', config: storyConfig })
    .add('run.started', { by: 'editor', process: 1 })
    .add('person.said', { text: storyConfig.goal, source: 'goal' })
    .add('phase.entered', { phase: 'research' })
    .add('plan.updated', { items: plan(0) })
    .say('I will first look for what helped small models give short, exact answers.')
    .add('tool.returned', { callId: 'c1', name: 'search_papers', ok: true, content: '{"papers": 6}' })
    .add('paper.noted', {
      id: '2401.90001',
      title: 'Few Words Suffice: Terse Tuning of Small Models',
      url: 'https://example.org/abs/2401.90001',
      claim: 'Rows with short answers help more than ten times as many long ones.',
      quote: 'Four thousand terse rows beat forty thousand verbose ones on each of our five suites.',
      place: 'Section 4.2, paragraph 3',
      file: 'papers/2401.90001.md',
    })
    .add('paper.noted', {
      id: '2402.90017',
      title: 'What Leaks: Auditing Question Collections',
      url: 'https://example.org/abs/2402.90017',
      claim: 'Popular collections often hold the evaluation itself.',
      quote: 'In three of the eight most downloaded collections we found more than a tenth of the test items.',
      place: 'Abstract',
      file: 'papers/2402.90017.md',
    })
    .add('phase.entered', { phase: 'data' })
    .add('plan.updated', { items: plan(1) });
  for (const each of Object.values(sheets)) log.add('dataset.inspected', { sheet: each, file: `data/${each.id}.json` });
  return log
    .add('overlap.checked', { report: overlap(sheets.good.id, 0) })
    .add('overlap.checked', { report: overlap(sheets.noisy.id, 2) })
    .add('overlap.checked', { report: overlap(sheets.leaky.id, 120) })
    .add('proposal.made', { proposal: proposals.leaky })
    .decide(proposals.leaky, 'policy', 'reject', '120 rows look like evaluation items.')
    .add('proposal.made', { proposal: proposals.closed })
    .decide(proposals.closed, 'policy', 'reject', 'The licence cc-by-nc-nd-4.0 is not allowed.')
    .add('dataset.set-aside', { id: sheets.noisy.id, reason: 'A third of it is duplicates and the answers are long.' })
    .say('orchard/sill-terse fits the benchmark best. I ask to use it.')
    .add('proposal.made', { proposal: proposals.good });
}

/** Up to the point where the first script waits. */
export function untilScript(log = untilDataset()): Log {
  return log
    .decide(proposals.good, 'person', 'approve')
    .add('phase.entered', { phase: 'baseline' })
    .add('plan.updated', { items: plan(2) })
    .add('experiment.scored', {
      experiment: 'baseline',
      split: 'dev',
      job: 'eval-0',
      score: score(0.041, 0.03, 150, 0.88),
      comparison: null,
      toBaseline: null,
    })
    .add('phase.entered', { phase: 'experiments' })
    .add('plan.updated', { items: plan(3) })
    .add('proposal.made', { proposal: proposals.first });
}

function experiment(log: Log, id: string, parent: string | null, hypothesis: string): Log {
  const config = { learning_rate: 0.002, max_steps: 240, batch_size: 16 };
  const [, ...slug] = id.split('-');
  return log.add('experiment.created', {
    id,
    slug: slug.join('-'),
    parent,
    hypothesis,
    recipe,
    config,
    scriptHash: hash(id),
    folder: `experiments/${id}`,
  });
}

/** Up to the middle of the second training. */
export function untilTraining(log = untilScript()): Log {
  experiment(
    log.decide(proposals.first, 'person', 'approve'),
    '01-terse',
    null,
    'Terse answers repair the format and teach the subject.',
  )
    .job('train-1', 'train', '01-terse', 'running')
    .job('train-1', 'train', '01-terse', 'finished')
    .add('experiment.scored', {
      experiment: '01-terse',
      split: 'dev',
      job: 'eval-1',
      score: score(0.382, 0.076, 150, 0.01),
      comparison: comparison('baseline', 0.341, 0.08, 'better'),
      toBaseline: comparison('baseline', 0.341, 0.08, 'better'),
    })
    .add('experiment.closed', {
      experiment: '01-terse',
      outcome: 'promising',
      note: 'Most of the gain is new knowledge, a third of it is format.',
    });
  experiment(log, '02-gentler', '01-terse', 'A lower learning rate keeps more of what the base model knows.')
    .add('proposal.made', { proposal: proposals.second })
    .decide(
      proposals.second,
      'person',
      'reject',
      'Use the lower rate with twice the steps, or the comparison is unfair.',
    );
  return experiment(log, '03-longer', '01-terse', 'Twice the steps at half the learning rate.')
    .job('train-3', 'train', '03-longer', 'running')
    .say('While 03-longer trains I compare the wrong answers of 01-terse.');
}

/** The whole story. */
export function wholeStory(log = untilTraining()): Log {
  log
    .job('train-3', 'train', '03-longer', 'finished')
    .add('experiment.scored', {
      experiment: '03-longer',
      split: 'dev',
      job: 'eval-3',
      score: score(0.447, 0.079, 150, 0),
      comparison: comparison('01-terse', 0.065, 0.05, 'better'),
      toBaseline: comparison('baseline', 0.406, 0.08, 'better'),
    })
    .add('experiment.closed', { experiment: '03-longer', outcome: 'promising', note: 'The best so far.' })
    .add('experiment.closed', { experiment: '02-gentler', outcome: 'failed', note: 'Rejected before it ran.' });
  experiment(log, '04-mixed', '03-longer', 'A little of the crowd data widens the subject.')
    .add('experiment.scored', {
      experiment: '04-mixed',
      split: 'dev',
      job: 'eval-4',
      score: score(0.361, 0.075, 150, 0.02),
      comparison: comparison('03-longer', -0.086, 0.05, 'worse'),
      toBaseline: comparison('baseline', 0.32, 0.08, 'better'),
    })
    .add('experiment.closed', {
      experiment: '04-mixed',
      outcome: 'not promoted',
      note: 'Worse than its parent: the long answers leak into the format.',
    })
    .add('phase.entered', { phase: 'promotion' })
    .add('plan.updated', { items: plan(4) })
    .add('promotion.decided', {
      experiment: '03-longer',
      verdict: 'better',
      baseline: score(0.047, 0.033, 150, 0.86),
      best: score(0.433, 0.078, 150, 0),
      difference: comparison('baseline', 0.387, 0.082, 'better'),
      reason: 'The paired difference on the promotion items is above zero.',
    })
    .add('phase.entered', { phase: 'report' })
    .add('problem.raised', {
      reason: 'papers-unavailable',
      message: 'The citation service answered 429.',
      next: 'Nothing to do: it was asked again a minute later.',
    })
    .add('plan.updated', { items: plan(5) })
    .add('report.written', { file: 'report.md' });
  return log.add('run.finished', {
    ending: 'agent-finished',
    summary: 'Terse answers, trained twice as long at half the learning rate, lift exact answers from 0.05 to 0.43.',
  });
}

export type { Log };
