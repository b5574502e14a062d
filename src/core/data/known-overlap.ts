/** What a dataset's names give away: that it is the evaluation, or made from it. A remark beside the check of the rows, never a verdict. */
import { benchmarks, type KnownBenchmark } from './benchmarks';

export interface KnownRelation {
  benchmark: string;
  relation: 'same' | 'derived';
  /** The id, or the name as we know it: what a row or a card says is nobody's fact. */
  named: string;
  where: 'id' | 'card' | 'source';
}

export interface NamedBy {
  /** Dataset ids and file names. */
  ids?: readonly string[];
  /** Values of the rows' source column. */
  sources?: readonly string[];
  card?: string;
}

/** The benchmark that a name stands for: of a benchmark file, a task, or the evaluation's id. */
export function benchmarkNamed(name: string): string | null {
  return benchmarks.find((known) => longest(known.aliases, name) !== undefined)?.name ?? null;
}

/** Relations to `evaluation`; to every known evaluation when it is null (its name says nothing). */
export function knownRelations(evaluation: string | null, named: NamedBy): KnownRelation[] {
  const candidates = benchmarks.filter(({ name }) => evaluation === null || name === evaluation);
  const texts: [KnownRelation['where'], string][] = [
    ...(named.ids ?? []).map((id): ['id', string] => ['id', id]),
    ...(named.sources ?? []).map((source): ['source', string] => ['source', source]),
    ...(named.card === undefined ? [] : [['card', named.card] as ['card', string]]),
  ];
  const found = texts.flatMap(([where, text]) => candidates.flatMap((known) => relationOf(known, where, text)));
  return [...new Map(found.map((each) => [`${each.benchmark} ${each.relation} ${each.named}`, each])).values()];
}

export function relationText({ benchmark, relation, named, where }: KnownRelation): string {
  const place = {
    id: `The name ${named}`,
    source: `The source ${named} of its rows`,
    card: `Its card names ${named}: it`,
  }[where];
  return relation === 'same'
    ? `${place} stands for ${benchmark} itself: only its training split may be used.`
    : `${place} is known as derived from ${benchmark}: reworded items are not found by their words.`;
}

function relationOf(known: KnownBenchmark, where: KnownRelation['where'], text: string): KnownRelation[] {
  const derived = longest(known.derived, text);
  const same = longest(known.aliases, text);
  // The longer name is the more exact one: `humaneval plus` is not `humaneval`.
  const relation = (derived?.length ?? 0) >= (same?.length ?? 1) ? 'derived' : 'same';
  const match = relation === 'derived' ? derived : same;
  if (match === undefined) return [];
  return [{ benchmark: known.name, relation, named: where === 'id' ? text : match, where }];
}

function longest(names: readonly string[], text: string): string | undefined {
  const spoken = ` ${wordsOf(text)} `;
  return names.filter((name) => spoken.includes(` ${name} `)).toSorted((a, b) => b.length - a.length)[0];
}

function wordsOf(text: string): string {
  return text
    .slice(0, 100_000)
    .toLowerCase()
    .replace(/(?<=[a-z])\+/g, ' plus')
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '')
    .join(' ');
}
