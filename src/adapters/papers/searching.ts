/** One search over all services: asked at once, joined, completed with citation counts, filtered and ranked. */
import { freshPatience } from '../../core/http/retry';
import type { PaperHit, PaperSearch, PartialAnswer, RankedHit } from '../../core/ports/papers';
import { filterHits } from '../../core/research/filter';
import { mergeHits, type MergedHit } from '../../core/research/merge';
import { idsOf } from '../../core/research/paper-ids';
import { rankHits } from '../../core/research/rank';
import type { ArxivFeed } from './arxiv-atom';
import type { HfPapers } from './hf-papers';
import type { SemanticScholar } from './semantic-scholar';
import { settled, type Asked } from './service';

export interface Searched {
  hub: HfPapers;
  feed: ArxivFeed;
  scholar: SemanticScholar;
  now: number;
  /** For all of it together. */
  limitMs: number;
}

/** Filters and ranking take their pick from more than is wanted in the end. */
const extra = 3;
const mostAsked = 100;

/** Undefined items: no service answered. */
export async function searchAll(
  query: string,
  search: PaperSearch,
  { hub, feed, scholar, now, limitMs }: Searched,
  asked: Asked,
): Promise<Omit<PartialAnswer<RankedHit>, 'items'> & { items: RankedHit[] | undefined }> {
  const { limit, ...filter } = search;
  const isFiltered = Object.values(filter).some((value) => value !== undefined);
  const most = Math.min(mostAsked, isFiltered ? limit * extra : Math.max(limit, 10));
  // They wait at the same time; what comes after them has what the most patient of them left.
  const whole = freshPatience(limitMs);
  const waits = [{ ...whole }, { ...whole }, { ...whole }] as const;
  const answers = await Promise.all([
    settled(hub.search(query, most, { ...asked, patience: waits[0] })),
    settled(feed.search(query, most, filter, { ...asked, patience: waits[1] })),
    settled(scholar.search(query, most, filter, { ...asked, patience: waits[2] })),
  ]);
  const patience = { ...whole, leftMs: Math.min(...waits.map(({ leftMs }) => leftMs)) };
  const lists = answers.flatMap(({ value }) => (value === undefined ? [] : [value]));
  const missing = answers.flatMap(({ failure }) => (failure === undefined ? [] : [failure.message]));
  if (lists.length === 0) return { items: undefined, missing };
  const merged = mergeHits(lists);
  // A citation service that did not answer a moment ago is not asked again.
  const failure =
    answers[2].failure === undefined ? await complete(merged, scholar, { ...asked, patience }) : undefined;
  if (failure !== undefined) missing.push(failure);
  const { kept, unknown } = filterHits(rankHits(merged, query, answers.length, now), filter);
  return { items: kept.slice(0, limit), missing: [...missing, ...unknown] };
}

/** Citation counts of those that only the other services found. Answers why there are none. */
async function complete(merged: MergedHit[], scholar: SemanticScholar, asked: Asked): Promise<string | undefined> {
  const uncounted = merged.filter(({ hit }) => hit.citations === null && idsOf(hit).arxiv !== undefined);
  if (uncounted.length === 0) return undefined;
  const ids = uncounted.flatMap(({ hit }) => idsOf(hit).arxiv ?? []);
  const { value, failure } = await settled(scholar.counts(ids, asked));
  for (const one of uncounted)
    one.hit = { ...one.hit, ...(value?.get(idsOf(one.hit).arxiv ?? '') ?? {}) } satisfies PaperHit;
  // That it knows none of them is no failure.
  return failure?.unknownPaper === true || failure?.why.includes('No valid paper ids') ? undefined : failure?.message;
}
