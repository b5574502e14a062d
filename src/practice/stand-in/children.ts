/** Children of the best experiment: each changes one thing. */
import { cleanSource } from './cleaning';
import { dataOf, nameOf, ranked, type Idea } from './idea';
import type { Memory } from './memory';
import { childConfig, scaled, type Config } from './numbers';
import { candidates } from './recall-datasets';
import type { Experiment } from './recall-experiments';
import { writtenRows, type Written } from './recall-generated';
import { longerBy, lowerRateBy } from './recommended';
import { slugOf } from './words';

/** In the order in which they are worth trying. */
export function childrenOf(memory: Memory, best: Experiment): Idea[] {
  const config = childConfig(memory, best);
  const [firstMixture, ...otherMixtures] = mixtures(memory, best, config);
  return [
    ...withWritten(memory, best, config),
    ...(firstMixture ? [firstMixture] : []),
    longer(best, config),
    ...otherMixtures,
    lowerRate(best, config),
  ];
}

/** About as many of each kind as the best data has, so that they are neither lost in it nor drown it. */
const writtenShare = 0.2;
const mostRepeats = 8;

function withWritten(memory: Memory, best: Experiment, config: Config): Idea[] {
  const used = new Set(best.sources.map(({ id }) => id));
  const sizes = candidates(memory).filter(({ id }) => used.has(id));
  const size = sizes.reduce((sum, { inspection }) => sum + (inspection?.sheet.rows ?? 0), 0);
  const repeats = ({ rows }: Written): number =>
    Math.min(mostRepeats, Math.max(1, Math.round((writtenShare * size) / rows)));
  return writtenRows(memory)
    .filter(({ file }) => !used.has(file))
    .map((written) => ({
      ...dataOf(best),
      slug: `${slugOf(best.slug, 18)}-plus-written`,
      parent: best.id,
      hypothesis: `The ${written.rows} written rows give ${best.id} what its data lacks: ${written.why}`,
      sources: [...best.sources, { id: written.file, weight: repeats(written) }],
      config,
    }));
}

function mixtures(memory: Memory, best: Experiment, config: Config): Idea[] {
  const used = new Set(best.sources.map((source) => source.id));
  return ranked(memory)
    .filter((candidate) => !used.has(candidate.id))
    .map((candidate) => ({
      slug: `${slugOf(best.slug, 18)}-plus-${slugOf(nameOf(candidate.id), 16)}`,
      parent: best.id,
      hypothesis: `Mixing ${candidate.id} into the data of ${best.id} adds variety that helps.`,
      ...dataOf(best),
      sources: [...best.sources, cleanSource(memory, candidate)],
      config,
    }));
}

function longer(best: Experiment, config: Config): Idea {
  const key = config.max_steps === undefined ? 'epochs' : 'max_steps';
  return {
    slug: `${slugOf(best.slug)}-longer`,
    parent: best.id,
    hypothesis: `${best.id} has not learned all that its data can teach: ${longerBy} times the ${key}.`,
    ...dataOf(best),
    config: scaled(config, key, longerBy),
  };
}

function lowerRate(best: Experiment, config: Config): Idea {
  return {
    slug: `${slugOf(best.slug)}-lower-rate`,
    parent: best.id,
    hypothesis: `A lower learning rate keeps more of what the base model knows than ${best.id} did.`,
    ...dataOf(best),
    config: scaled(config, 'learning_rate', lowerRateBy),
  };
}
