/** One score from all seeds that an experiment was trained with: an item counts once, by the mean of its outcomes. */
import { compare } from '../evaluation/compare';
import { correctedPair } from '../evaluation/family';
import { scoreOf } from '../evaluation/score';
import type { ItemResult } from '../run/types';
import type { ExperimentView } from '../run/view';
import type { Bench } from './bench';
import { scoredSeeds, seedOf } from './repeats';

/** After `experiment` was scored; does nothing where it is the only one of its seeds, or was counted already. */
export async function poolSeeds(
  { journal, loaded }: Pick<Bench, 'journal' | 'loaded'>,
  experiment: ExperimentView,
  devItems: (target: string) => Promise<ItemResult[] | undefined>,
): Promise<void> {
  const root = experiment.repeats ?? experiment.id;
  const runs = scoredSeeds(journal.view, root);
  if (runs.length < 2) return;
  const of = runs.map(({ id }) => id);
  const items = (await Promise.all(of.map(devItems))).flatMap((each) => each ?? []);
  const base = await devItems('baseline');
  const seeds = runs.map(({ config }) => seedOf(config) ?? journal.config.seed);
  const score = scoreOf(items, { metric: loaded.benchmark.metric, seeds });
  const planned = journal.config.budget.experiments;
  const toBaseline = base ? correctedPair(compare(items, base, 'baseline'), planned) : null;
  await journal.recordIf(
    ({ experiments }) => experiments.find(({ id }) => id === root)?.pooled?.of.length !== of.length,
    'seeds.pooled',
    { experiment: root, of, score, toBaseline },
  );
}
