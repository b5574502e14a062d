/** What to try next: first drafts that differ in data, then children of the best that change one thing. */
import { childrenOf } from './children';
import { cleanMixture, cleanSource } from './cleaning';
import { number } from './facts';
import { dataOf, nameOf, ranked, type Idea } from './idea';
import { rehearses } from './mapping';
import { callsTo, type Memory } from './memory';
import { applied, firstConfig } from './numbers';
import { leastExperiments, leastMinutes, mostDrafts, mostExperiments } from './recommended';
import { bestExperiment, experiments } from './recall-experiments';
import { approved, type Candidate } from './recall-datasets';
import { requestsIn } from './requests';
import { correction } from './repair';
import { slugOf } from './words';

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
    ...dataOf(last),
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
    ...cleaned(memory, [next]),
    config: firstConfig(memory),
  };
}

function cleaned(memory: Memory, chosen: readonly Candidate[]): Pick<Idea, 'sources' | 'mixture'> {
  const mixture = cleanMixture(chosen);
  return { sources: chosen.map((each) => cleanSource(memory, each)), ...(mixture ? { mixture } : {}) };
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
    ...dataOf(best),
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
  const tried = slugsTried(memory);
  return best ? (childrenOf(memory, best).find((idea) => !tried.has(idea.slug)) ?? null) : null;
}

function slugsTried(memory: Memory): Set<string> {
  return new Set(experiments(memory).map((experiment) => experiment.slug));
}

function draftSlug(id: string): string {
  return slugOf(nameOf(id));
}
