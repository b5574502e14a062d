/** The promotion: the service, not the agent, scores the candidate and the base model once on items that nobody has seen. */
import { failuresOf } from '../doctor/doctor';
import type { Evaluations } from '../experiments/evaluations';
import type { Examined } from '../experiments/examination';
import type { Journal } from './journal';
import { rankedIdeas } from './last-good';
import type { ExperimentView, RunView } from './view';

export type Examine = (experiment: ExperimentView) => Promise<Examined>;

/** The agent's choice, unless a person stopped the work on it; then the experiments by their lower bound on dev, over their seeds. */
export function candidatesOf(view: RunView): string[] {
  const chosen = view.experiments.filter(({ id, pruned }) => id === view.finish?.best && pruned !== true);
  return [...new Set([...chosen, ...rankedIdeas(view)].map(({ id }) => id))];
}

export async function promote(journal: Journal, evaluations: Evaluations, examine: Examine): Promise<void> {
  if (!journal.view.promotion) await decide(journal, evaluations, examine);
  await holdLastGood(journal, examine);
}

async function decide(journal: Journal, evaluations: Evaluations, examine: Examine): Promise<void> {
  // The doctor looks at the candidates while the base model answers.
  const [baseline, { candidate, refusals }] = await Promise.all([
    evaluations.evaluate('baseline', 'promotion'),
    firstFit(journal, examine),
  ]);
  if (candidate === null) {
    await journal.record('promotion.decided', {
      experiment: null,
      verdict: null,
      baseline: baseline.score,
      best: baseline.score,
      difference: null,
      reason:
        refusals.length === 0
          ? 'No experiment has a score on all dev items, so the base model stays the best.'
          : [...refusals, 'The base model stays the best.'].join(' '),
    });
    return;
  }
  const best = await evaluations.evaluate(candidate, 'promotion');
  const difference = await evaluations.compare(candidate, 'baseline', 'promotion');
  const reason =
    difference.verdict === 'better'
      ? `${candidate} is better than the base model on ${difference.n} unseen items (p = ${difference.pValue.toPrecision(2)}).`
      : `${difference.verdict === 'worse' ? `${candidate} is worse than` : `There is no evidence that ${candidate} beats`} the base model on unseen items, so it is not promoted.`;
  await journal.record('promotion.decided', {
    experiment: candidate,
    verdict: difference.verdict,
    baseline: baseline.score,
    best: best.score,
    difference,
    reason: [...refusals, reason].join(' '),
  });
}

/** A model that would not load, stop or pass as a descendant of the base is no result, whatever its score: the next best is tried. */
async function firstFit(journal: Journal, examine: Examine): Promise<{ candidate: string | null; refusals: string[] }> {
  const refusals: string[] = [];
  for (const id of candidatesOf(journal.view)) {
    const experiment = journal.view.experiments.find((one) => one.id === id);
    const result = experiment && (await examine(experiment));
    if (result?.ok) return { candidate: id, refusals };
    if (result) refusals.push(`The doctor found ${id} not fit, so it is not promoted. ${failuresOf(result).join(' ')}`);
  }
  return { candidate: null, refusals };
}

/** A candidate that was examined last and not promoted is held in place of the last good model: that one is examined, and held, again. */
async function holdLastGood(journal: Journal, examine: Examine): Promise<void> {
  for (;;) {
    const { experiments, lastGood, held } = journal.view;
    const good = experiments.find(({ id }) => id === lastGood?.experiment);
    // One that is refused this time is the last good one no more.
    if (!good || held === good.id || (await examine(good)).ok) return;
  }
}
