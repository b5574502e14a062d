/** What to try next: first drafts that differ in data, then children of the best that change one thing. */
import { byPromise } from './data-judgement';
import { rehearses } from './mapping';
import { callsTo, type Memory } from './memory';
import { applied, childConfig, firstConfig, scaled, type Config } from './numbers';
import { leastExperiments, leastMinutes, longerBy, lowerRateBy, mostDrafts, mostExperiments } from './recommended';
import { bestExperiment, experiments, type Experiment } from './recall-experiments';
import { approved, type Candidate } from './recall-datasets';
import { requestsIn } from './requests';
import { number } from './facts';
import { correction } from './repair';
import { topicWords } from './topic';
import { slugOf } from './words';

export interface Idea {
  slug: string;
  parent: string | null;
  hypothesis: string;
  sources: { id: string; weight?: number }[];
  config: Config;
}

export function nextIdea(memory: Memory): Idea | null {
  if (!budgetAllows(memory)) return null;
  return retry(memory) ?? draft(memory) ?? requested(memory) ?? (gainsDriedUp(memory) ? null : child(memory));
}

function budgetAllows(memory: Memory): boolean {
  const tried = experiments(memory).filter((experiment) => experiment.decision === 'approved').length;
  if (memory.experimentsLeft === null ? tried >= mostExperiments : memory.experimentsLeft <= 0) return false;
  const longest = Math.max(
    0,
    ...callsTo(memory, 'wait_for_job').map((call) => number(call.answer?.facts.wallSeconds) ?? 0),
  );
  return memory.minutesLeft === null || memory.minutesLeft >= Math.max(leastMinutes, 1 + (1.3 * longest) / 60);
}

function retry(memory: Memory): Idea | null {
  const last = experiments(memory).at(-1);
  if (!last || last.outcome !== 'failed' || last.slug.endsWith('-retry')) return null;
  const corrected = correction(memory, last);
  if (!corrected) return null;
  return {
    slug: `${last.slug}-retry`,
    parent: last.parent,
    hypothesis: `${last.hypothesis} Second try: ${corrected.why}`,
    sources: last.sources,
    config: corrected.config,
  };
}

function draft(memory: Memory): Idea | null {
  const tried = slugsTried(memory);
  const drafts = experiments(memory).filter((experiment) => experiment.parent === null && experiment.id !== null);
  const saveForChildren =
    memory.experimentsLeft !== null && memory.experimentsLeft <= 2 && bestExperiment(memory) !== null;
  if (saveForChildren || drafts.length >= mostDrafts) return null;
  const next = ranked(memory).find((candidate) => !tried.has(draftSlug(candidate.id)));
  if (!next) return null;
  return {
    slug: draftSlug(next.id),
    parent: null,
    hypothesis: draftHypothesis(next),
    sources: [{ id: next.id }],
    config: firstConfig(memory),
  };
}

function draftHypothesis(candidate: Candidate): string {
  const fits = rehearses(candidate.proposedMapping, candidate.inspection?.benchmarkPrompt ?? null);
  return fits
    ? `${candidate.id}, in the benchmark's own prompt, teaches the base model to answer such questions.`
    : `${candidate.id} has another form than the benchmark; what it teaches carries over all the same.`;
}

/** What a person asked for after the last experiment was written, as a child of the best. */
function requested(memory: Memory): Idea | null {
  const best = bestExperiment(memory);
  const last = experiments(memory).at(-1);
  const index = memory.feedback.findLastIndex((feedback) => requestsIn(feedback.text).changes.length > 0);
  const feedback = memory.feedback[index];
  if (!best || !last || !feedback || feedback.at <= last.at || slugsTried(memory).has(`asked-${index + 1}`))
    return null;
  const requests = requestsIn(feedback.text);
  return {
    slug: `asked-${index + 1}`,
    parent: best.id,
    hypothesis: `As asked (${requests.changes.map((change) => change.say).join(', ')}): this improves on ${best.id}.`,
    sources: best.sources,
    config: applied(best.config, requests),
  };
}

/** Two children in a row without evidence of a gain, after enough was tried. */
function gainsDriedUp(memory: Memory): boolean {
  const closed = experiments(memory).filter((experiment) => experiment.outcome !== null);
  const children = closed.filter((experiment) => experiment.parent !== null && experiment.outcome !== 'failed');
  const lastTwo = children.slice(-2);
  const mixtureTried = closed.some((experiment) => experiment.sources.length > 1) || approved(memory).length < 2;
  return (
    closed.length >= leastExperiments &&
    mixtureTried &&
    lastTwo.length === 2 &&
    lastTwo.every((experiment) => experiment.outcome !== 'promising')
  );
}

function child(memory: Memory): Idea | null {
  const best = bestExperiment(memory);
  if (!best) return null;
  const tried = slugsTried(memory);
  const config = childConfig(memory, best);
  const [firstMixture, ...otherMixtures] = mixtures(memory, best, config);
  const ideas = [
    ...(firstMixture ? [firstMixture] : []),
    longer(best, config),
    ...otherMixtures,
    lowerRate(best, config),
  ];
  return ideas.find((idea) => !tried.has(idea.slug)) ?? null;
}

function mixtures(memory: Memory, best: Experiment, config: Config): Idea[] {
  const used = new Set(best.sources.map((source) => source.id));
  return ranked(memory)
    .filter((candidate) => !used.has(candidate.id))
    .map((candidate) => ({
      slug: `${slugOf(best.slug, 18)}-plus-${slugOf(nameOf(candidate.id), 16)}`,
      parent: best.id,
      hypothesis: `Mixing ${candidate.id} into the data of ${best.id} adds variety that helps.`,
      sources: [...best.sources, { id: candidate.id }],
      config,
    }));
}

function longer(best: Experiment, config: Config): Idea {
  const key = config.max_steps === undefined ? 'epochs' : 'max_steps';
  return {
    slug: `${slugOf(best.slug)}-longer`,
    parent: best.id,
    hypothesis: `${best.id} has not learned all that its data can teach: ${longerBy} times the ${key}.`,
    sources: best.sources,
    config: scaled(config, key, longerBy),
  };
}

function lowerRate(best: Experiment, config: Config): Idea {
  return {
    slug: `${slugOf(best.slug)}-lower-rate`,
    parent: best.id,
    hypothesis: `A lower learning rate keeps more of what the base model knows than ${best.id} did.`,
    sources: best.sources,
    config: scaled(config, 'learning_rate', lowerRateBy),
  };
}

function ranked(memory: Memory): Candidate[] {
  return byPromise(approved(memory), topicWords(memory));
}

function slugsTried(memory: Memory): Set<string> {
  return new Set(experiments(memory).map((experiment) => experiment.slug));
}

function draftSlug(id: string): string {
  return slugOf(nameOf(id));
}

function nameOf(id: string): string {
  return id.split('/').at(-1) ?? id;
}
