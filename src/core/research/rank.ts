/** The order of found papers by relevance, influence and recency, with the numbers that put each where it is. */
import type { PaperHit, RankedHit } from '../ports/papers';
import type { MergedHit } from './merge';

/** How much each counts; together 1. */
const weights = { relevance: 0.65, influence: 0.2, recency: 0.15 };
/** Reciprocal rank fusion with its usual constant, made smaller because the lists are short. */
const rankOffset = 10;
const manyCitations = 10_000;
const halfLifeYears = 3;
const yearMs = 365.25 * 24 * 3600 * 1000;

/** `services` is how many lists were asked for: being found by all of them at the top is a relevance of 1. */
export function rankHits(merged: readonly MergedHit[], query: string, services: number, now: number): RankedHit[] {
  return merged
    .map((one) => ranked(one, query, services, now))
    .sort((a, b) => b.score - a.score || a.id.localeCompare(b.id));
}

function ranked({ hit, ranks }: MergedHit, query: string, services: number, now: number): RankedHit {
  const words = wordsOf(query);
  const title = new Set(wordsOf(hit.title));
  const inTitle = words.filter((word) => title.has(word)).length;
  const fused =
    [...ranks.values()].reduce((sum, rank) => sum + rankOffset / (rank - 1 + rankOffset), 0) / Math.max(1, services);
  const relevance = 0.8 * Math.min(1, fused) + 0.2 * (words.length === 0 ? 0 : inTitle / words.length);
  const influence = Math.min(1, Math.log10(1 + (hit.citations ?? 0)) / Math.log10(manyCitations));
  const age = ageYears(hit, now);
  const recency = age === null ? 0 : 0.5 ** (age / halfLifeYears);
  const score = weights.relevance * relevance + weights.influence * influence + weights.recency * recency;
  const places = [...ranks].map(([service, rank]) => `${rank} in ${service}`).join(', ');
  const why = [
    `relevance ${two(relevance)}: rank ${places}; ${inTitle} of ${words.length} words in the title`,
    `influence ${two(influence)}: ${citationsOf(hit, age)}`,
    `recency ${two(recency)}: ${age === null ? 'date unknown' : `${hit.published ?? hit.year}, ${age.toFixed(1)} years ago`}`,
  ];
  return { ...hit, score: Number(score.toFixed(4)), why };
}

function citationsOf({ citations, influentialCitations }: PaperHit, age: number | null): string {
  if (citations === null) return 'citations unknown';
  const influential = influentialCitations ? `, ${influentialCitations} of them influential` : '';
  const yearly = age === null ? '' : `, ${Math.round(citations / Math.max(0.5, age))} a year`;
  return `${citations} citations${influential}${yearly}`;
}

/** A year alone is taken at its middle. */
function ageYears({ published, year }: PaperHit, now: number): number | null {
  const date = Date.parse(published ?? (year === null ? '' : `${year}-07-01`));
  return Number.isNaN(date) ? null : Math.max(0, (now - date) / yearMs);
}

const two = (value: number) => value.toFixed(2);

const fillers = new Set(
  'a an and are at be by can do for from how in is of on or that the to using what when which with'.split(' '),
);

/** What a query is about, without the words that are everywhere. */
export function wordsOf(text: string): string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}][\p{L}\p{N}-]*/gu) ?? [];
  return [...new Set(words.filter((word) => !fillers.has(word)))];
}
