/** The promotion: the service, not the agent, scores the candidate and the base model once on items that nobody has seen. */
import type { Evaluations } from '../experiments/evaluations';
import type { Journal } from './journal';
import type { RunView } from './view';

/** The agent's choice, else the experiment with the best lower bound on dev. */
export function candidateOf(view: RunView): string | null {
  if (view.finish?.best) return view.finish.best;
  const scored = view.experiments.flatMap(({ id, dev }) => (dev ? [{ id, low: dev.low }] : []));
  return scored.sort((a, b) => b.low - a.low)[0]?.id ?? null;
}

export async function promote(journal: Journal, evaluations: Evaluations): Promise<void> {
  if (journal.view.promotion) return;
  const candidate = candidateOf(journal.view);
  const baseline = await evaluations.evaluate('baseline', 'promotion');
  if (candidate === null) {
    const reason = 'No experiment has a score, so the base model stays the best.';
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
