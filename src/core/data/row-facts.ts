/** What a data sheet says of the rows, from what was counted in them: here, or on the box. */
import type { DataSheet, LicenceSource, Mapping, Quantiles } from '../run/types';
import { nearDuplicateMethod } from './duplicates';
import type { TokenCounter } from './tokens';

export interface RowCounts {
  sampled: number;
  /** Rows that the mapping cannot use. */
  unusable: number;
  /** Rows with an empty cell. */
  anyEmpty: number;
  /** Rows with a cell that came shortened. */
  truncated: number;
  exact: number;
  near: number;
  characters: Quantiles & { total: number };
  /** `cut`: rows with more than are trained on. */
  tokens: Quantiles & { cut: number };
  empty: readonly { column: string; count: number }[];
  problems: NonNullable<DataSheet['problems']>;
  /** Of some rows, evenly spread; null where it cannot be told. */
  languages: readonly (string | null)[];
  licences: LicenceSource[];
}

export interface Counting {
  mapping: Mapping | null;
  tokens: Pick<TokenCounter, 'name' | 'estimated'>;
  /** Rows that are longer are cut in training. */
  maxTokens: number;
}

export type RowFacts = Required<
  Pick<
    DataSheet,
    | 'sampled'
    | 'duplicateShare'
    | 'emptyShare'
    | 'meanCharacters'
    | 'lengths'
    | 'languages'
    | 'duplicates'
    | 'empty'
    | 'truncated'
    | 'wouldBeCut'
    | 'usableShare'
    | 'problems'
  >
> & { licences: LicenceSource[] };

const mostLanguages = 5;

export function rowFacts(counts: RowCounts, { mapping, tokens, maxTokens }: Counting): RowFacts {
  const { sampled, exact, near, unusable, anyEmpty, truncated, problems, licences } = counts;
  const share = (count: number) => (sampled === 0 ? 0 : count / sampled);
  const { total, ...characters } = counts.characters;
  const { cut, ...lengths } = counts.tokens;
  return {
    ...{ sampled, truncated, problems, licences },
    duplicateShare: share(exact),
    emptyShare: share(anyEmpty),
    meanCharacters: Math.round(share(total)),
    lengths: { characters, tokens: { ...lengths, tokenizer: tokens.name, estimated: tokens.estimated } },
    languages: languageShares(counts.languages),
    duplicates: { exact: share(exact), near: share(near), method: nearDuplicateMethod },
    empty: counts.empty.map(({ column, count }) => ({ column, share: share(count) })),
    wouldBeCut: { maxTokens, share: share(cut) },
    usableShare: mapping === null ? 0 : share(sampled - unusable),
  };
}

function languageShares(found: RowCounts['languages']): { language: string; share: number }[] {
  const known = found.filter((language) => language !== null);
  const counts = new Map<string, number>();
  for (const language of known) counts.set(language, (counts.get(language) ?? 0) + 1);
  const ranked = [...counts].sort(([, a], [, b]) => b - a).slice(0, mostLanguages);
  return ranked.map(([language, count]) => ({ language, share: count / known.length }));
}
