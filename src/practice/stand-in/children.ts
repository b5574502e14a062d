/** Children of the best experiment: each changes one thing. */
import { cleanSource } from './cleaning';
import { dataOf, nameOf, ranked, type Idea } from './idea';
import type { Memory } from './memory';
import { childConfig, scaled, type Config } from './numbers';
import type { Experiment } from './recall-experiments';
import { longerBy, lowerRateBy } from './recommended';
import { slugOf } from './words';

/** In the order in which they are worth trying. */
export function childrenOf(memory: Memory, best: Experiment): Idea[] {
  const config = childConfig(memory, best);
  const [firstMixture, ...otherMixtures] = mixtures(memory, best, config);
  return [...(firstMixture ? [firstMixture] : []), longer(best, config), ...otherMixtures, lowerRate(best, config)];
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
