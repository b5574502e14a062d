/** Keeps the papers that a search asked for, and says how many were left out because nobody knew. */
import { MlInternError } from '../errors';
import type { PaperFilter, PaperHit } from '../ports/papers';

export interface Filtered<T> {
  kept: T[];
  /** One line a property that was unknown for some. */
  unknown: string[];
}

type Answer = boolean | undefined;

export function filterHits<T extends PaperHit>(hits: readonly T[], filter: PaperFilter): Filtered<T> {
  const rules: [string, (hit: T) => Answer][] = [
    ['date', (hit) => inTime(hit, filter)],
    ['category', (hit) => inCategory(hit, filter)],
    ['number of citations', (hit) => citedEnough(hit, filter)],
  ];
  const unknown = rules.flatMap(([what, rule]) => {
    const mayFit = hits.filter((hit) => rules.every(([, other]) => other(hit) !== false));
    const count = mayFit.filter((hit) => rule(hit) === undefined).length;
    return count === 0 ? [] : [`${count} papers were left out because no service told their ${what}`];
  });
  return { kept: hits.filter((hit) => rules.every(([, rule]) => rule(hit) === true)), unknown };
}

function inTime({ published, year }: PaperHit, { since, until }: PaperFilter): Answer {
  if (since === undefined && until === undefined) return true;
  if (published) return published >= (since ?? '') && published <= (until ?? '9999');
  // Where only the year is known, it is enough that some day of it would do.
  return year === null ? undefined : `${year}-12-31` >= (since ?? '') && `${year}-01-01` <= (until ?? '9999');
}

/** `cs` holds `cs.CL`. */
function inCategory({ categories = [] }: PaperHit, { category }: PaperFilter): Answer {
  if (category === undefined) return true;
  if (categories.length === 0) return undefined;
  const wanted = category.toLowerCase();
  return categories.some((one) => one.toLowerCase() === wanted || one.toLowerCase().startsWith(`${wanted}.`));
}

function citedEnough({ citations }: PaperHit, { minCitations }: PaperFilter): Answer {
  if (minCitations === undefined || minCitations <= 0) return true;
  return citations === null ? undefined : citations >= minCitations;
}

/** A year, a month or a day as the first (or last) day that it holds. */
export function dayOf(text: string, end: 'first' | 'last'): string {
  const [, year, month, day] = /^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?$/.exec(text.trim()) ?? [];
  const last = new Date(Date.UTC(Number(year), Number(month ?? 12), 0)).getUTCDate();
  const whole = `${year}-${month ?? (end === 'first' ? '01' : '12')}-${day ?? (end === 'first' ? '01' : String(last))}`;
  const date = new Date(`${whole}T00:00:00Z`);
  if (year !== undefined && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(whole)) return whole;
  throw new MlInternError('bad-input', `"${text}" is not a date.`, {
    next: 'Write it as 2025, 2025-03 or 2025-03-31.',
  });
}
