/** Whether a dataset may and should be trained on, from its sheet, its card and the overlap check. */
import { chooseMapping, rehearses } from './mapping';
import type { Candidate, Mapping } from './recall-datasets';
import { relevance } from './words';

const mostOverlap = 0.05;
const mostDuplicates = 0.5;
const mostEmpty = 0.3;

/** Why it is out of the question before any check on the box, or null. */
export function plainObjection(candidate: Candidate, topic: readonly string[]): string | null {
  const inspection = candidate.inspection;
  if (!inspection) return null;
  const { sheet } = inspection;
  if (sheet.licenceVerdict === 'deny') return `Its licence (${sheet.licence ?? 'none given'}) does not allow this use.`;
  if (sheet.gated) return 'It is gated: its owner has to grant access first.';
  if (!mappingOf(candidate)) return `Its columns (${sheet.columns.join(', ')}) give no prompt and answer.`;
  if (sheet.emptyShare > mostEmpty) return `${percent(sheet.emptyShare)} of the sampled rows are empty.`;
  if (sheet.duplicateShare > mostDuplicates)
    return `${percent(sheet.duplicateShare)} of the sampled rows are duplicates.`;
  const everything = `${candidate.id} ${candidate.description} ${inspection.text}`;
  if (topic.length > 0 && relevance(everything, topic) === 0)
    return `Nothing in it has to do with ${topic.slice(0, 4).join(', ')}.`;
  return null;
}

/** Too much of it, or too much of the benchmark, is found again: leaving the rows out would not make it clean. */
export function overlapObjection(candidate: Candidate): string | null {
  const { overlap } = candidate;
  if (!overlap?.blocked) return null;
  const rowShare = overlap.flaggedRows / Math.max(1, overlap.rows);
  const itemShare = overlap.hits / Math.max(1, overlap.items);
  if (rowShare <= mostOverlap && itemShare <= mostOverlap) return null;
  return (
    `It holds evaluation items: ${overlap.hits} hits on ${overlap.items} items; ` +
    `${overlap.flaggedRows} of ${overlap.rows} rows are flagged (${percent(rowShare)}).`
  );
}

export function mappingOf(candidate: Candidate): Mapping | null {
  const inspection = candidate.inspection;
  return inspection ? chooseMapping(inspection.sheet, inspection.suggested, inspection.benchmarkPrompt) : null;
}

/** Most promising first: rows in the benchmark's prompt, then a careful maker, then closeness to the goal, then size. Popularity is no sign of use. */
export function byPromise(candidates: readonly Candidate[], topic: readonly string[]): Candidate[] {
  const worth = (candidate: Candidate): number => {
    const inspection = candidate.inspection;
    const everything = `${candidate.id} ${candidate.description} ${inspection?.text ?? ''}`;
    const fits = rehearses(candidate.proposedMapping ?? mappingOf(candidate), inspection?.benchmarkPrompt ?? null);
    const size = Math.log10(1 + (inspection?.sheet.rows ?? candidate.overlap?.rows ?? 0)) / 10;
    return (fits ? 10 : 0) + 2 * care(everything) + Math.min(3, relevance(everything, topic)) + size;
  };
  const ranked = candidates.map((candidate) => ({ candidate, worth: worth(candidate) }));
  return ranked.sort((a, b) => b.worth - a.worth).map(({ candidate }) => candidate);
}

function care(source: string): number {
  const good = /\b(verified|reviewed|checked|curated|proofread|hand-written|careful(ly)?)\b/i.test(source);
  const bad =
    /\b(noisy|scraped|crawled|unverified|unchecked|automatic(ally)?|guess(es|ed)?|volunteers?|quickly|hurry|uncurated|crowd)\b/i.test(
      source,
    );
  return (good ? 1 : 0) - (bad ? 1 : 0);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
