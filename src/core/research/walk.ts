/** Walks a citation graph from a landmark paper, level by level, the most influential first, and says why each paper was taken. */
import { freshPatience } from '../http/retry';
import type { Citation, CitationDirection, PaperHit, Papers } from '../ports/papers';
import { idsOf, paperIds, publicId } from './paper-ids';

export interface WalkOptions {
  direction: CitationDirection;
  /** Papers to take in all. */
  steps: number;
  /** Papers to take from the list of one. */
  breadth?: number;
}

export interface WalkStep {
  citation: Citation;
  /** 1 for a paper next to the landmark. */
  depth: number;
  /** The paper that it was reached from. */
  from: string;
  why: string[];
}

export interface Walk {
  steps: WalkStep[];
  missing: string[];
  notes: string[];
}

const usualBreadth = 4;
/** After so many lists in a row that nobody gave, the service is taken to be silent. */
const mostSilences = 2;
/** What was found by then is told. */
const walkLimitMs = 100_000;

/** Every paper is taken once, however many roads (or circles) lead to it. One list is asked for at a time. */
export async function walkCitations(
  papers: Papers,
  start: string,
  options: WalkOptions,
  signal?: AbortSignal,
): Promise<Walk> {
  const { direction, steps: wanted, breadth = usualBreadth } = options;
  const walk: Walk = { steps: [], missing: [], notes: [] };
  const landmark = paperIds(start);
  const id = publicId(landmark) ?? start;
  const seen = new Set<string>([id, ...Object.values(landmark)]);
  const queue = [{ id, depth: 0 }];
  const patience = freshPatience(walkLimitMs);
  let silences = 0;
  for (let next = queue.shift(); next !== undefined && walk.steps.length < wanted; next = queue.shift()) {
    const { items, missing, notes = [] } = await papers.citations(next.id, direction, breadth * 3, signal, patience);
    if (next.depth === 0) for (const { paper } of items) remember(seen, paper);
    add(
      walk.missing,
      missing.map((text) => `${next?.id}: ${text}`),
    );
    add(walk.notes, notes);
    silences = items.length === 0 && missing.length > 0 ? silences + 1 : 0;
    if (silences >= mostSilences) break;
    const fresh = items.filter(({ paper }) => !keysOf(paper).some((key) => seen.has(key))).sort(byInfluence);
    for (const citation of fresh.slice(0, Math.min(breadth, wanted - walk.steps.length))) {
      keysOf(citation.paper).forEach((key) => seen.add(key));
      walk.steps.push({ citation, depth: next.depth + 1, from: next.id, why: reasons(citation, next.id, direction) });
      queue.push({ id: citation.paper.id, depth: next.depth + 1 });
    }
    // Within a level, the lists of the most influential are asked for first.
    queue.sort((a, b) => a.depth - b.depth);
  }
  return walk;
}

/** A landmark named by another of its ids is not met again as a paper of its own. */
function remember(seen: Set<string>, paper: PaperHit): void {
  if (keysOf(paper).some((key) => seen.has(key))) keysOf(paper).forEach((key) => seen.add(key));
}

function keysOf(paper: PaperHit): string[] {
  const { arxiv, doi, s2 } = idsOf(paper);
  return [...new Set([paper.id, arxiv, doi, s2])].filter((key) => key !== undefined);
}

function byInfluence(a: Citation, b: Citation): number {
  return weight(b) - weight(a);
}

/** An influential citation counts like a hundred times as many citations, one for a method or a result like twice as many. */
function weight({ influential, intents, paper }: Citation): number {
  const useful = intents.some((intent) => intent !== 'background');
  return Math.log10(1 + (paper.citations ?? 0)) + (influential ? 2 : 0) + (useful ? 0.3 : 0);
}

function reasons(
  { influential, intents, paper, contexts }: Citation,
  from: string,
  direction: CitationDirection,
): string[] {
  const relation = direction === 'citations' ? `cites ${from}` : `is cited by ${from}`;
  return [
    `${relation}${influential ? ', an influential citation' : ''}${intents.length > 0 ? ` (${intents.join(', ')})` : ''}`,
    paper.citations === null ? 'citations unknown' : `cited ${paper.citations} times`,
    ...(contexts.length > 0 ? [`named in ${contexts.length} ${contexts.length === 1 ? 'sentence' : 'sentences'}`] : []),
  ];
}

function add(list: string[], more: readonly string[]): void {
  for (const text of more) if (!list.includes(text)) list.push(text);
}
