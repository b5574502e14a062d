/** The promotion: the service, not the agent, scores the candidate and the base model once on items that nobody has seen. */
import { failuresOf, type DoctorResult } from '../doctor/doctor';
import type { Evaluations } from '../experiments/evaluations';
import type { Journal } from './journal';
import type { ExperimentView, RunView } from './view';

export type Examine = (experiment: ExperimentView) => Promise<DoctorResult>;

/** The agent's choice, unless a person stopped the work on it; else the experiment with the best lower bound on dev, over its seeds. */
export function candidateOf(view: RunView): string | null {
  const open = view.experiments.filter(({ pruned }) => pruned !== true);
  if (view.finish?.best && open.some(({ id }) => id === view.finish?.best)) return view.finish.best;
  // A repeat is no other idea, and one that was stopped early is behind another.
  const ideas = open.filter(({ repeats, dev }) => repeats === undefined && !dev?.partial);
  const scored = ideas.flatMap(({ id, dev, pooled }) => (dev ? [{ id, low: (pooled?.score ?? dev).low }] : []));
  return scored.sort((a, b) => b.low - a.low)[0]?.id ?? null;
}

export async function promote(journal: Journal, evaluations: Evaluations, examine: Examine): Promise<void> {
  if (journal.view.promotion) return;
  const candidate = candidateOf(journal.view);
  // The doctor looks at the candidate while the base model answers.
  const [baseline, unfit] = await Promise.all([
    evaluations.evaluate('baseline', 'promotion'),
    candidate === null ? null : whyUnfit(journal.view, candidate, examine),
  ]);
  if (candidate === null) {
    const reason = 'No experiment has a score on all dev items, so the base model stays the best.';
    await journal.record('promotion.decided', {
      experiment: null,
      verdict: null,
      baseline: baseline.score,
      best: baseline.score,
      difference: null,
      reason,
    });
    return;
  }
  if (unfit !== null) {
    const [verdict, best] = [null, baseline.score];
    const decided = { experiment: null, verdict, baseline: baseline.score, best, difference: null, reason: unfit };
    return journal.record('promotion.decided', decided);
  }
  const best = await evaluations.evaluate(candidate, 'promotion');
  const difference = await evaluations.compare(candidate, 'baseline', 'promotion');
  const reason =
    difference.verdict === 'better'
      ? `${candidate} is better than the base model on ${difference.n} unseen items (p = ${difference.pValue.toPrecision(2)}).`
      : `${difference.verdict === 'worse' ? 'It is worse than' : 'There is no evidence that it beats'} the base model on unseen items, so ${candidate} is not promoted.`;
  await journal.record('promotion.decided', {
    experiment: candidate,
    verdict: difference.verdict,
    baseline: baseline.score,
    best: best.score,
    difference,
    reason,
  });
}

/** A model that would not load, stop or pass as a descendant of the base is no result, whatever its score. */
async function whyUnfit(view: RunView, candidate: string, examine: Examine): Promise<string | null> {
  const experiment = view.experiments.find(({ id }) => id === candidate);
  if (experiment === undefined) return null;
  const result = await examine(experiment);
  if (result.ok) return null;
  return `The doctor found ${candidate} not fit, so it is not promoted. ${failuresOf(result).join(' ')}`;
}
