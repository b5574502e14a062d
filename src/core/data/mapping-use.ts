/** What a mapping makes of the rows of a dataset that were kept: how many can be used, why not the others, how many would be cut. */
import { MlInternError } from '../errors';
import type { Row } from '../ports/rows';
import type { Mapping, MappingUse } from '../run/types';
import { usualMaxTokens } from './inspect';
import { applyMapping } from './mapping';
import { mappingProblems } from './mapping/problems';
import { estimatedTokens, type TokenCounter } from './tokens';
import { textOf } from './usable';

export function mappingUse(
  rows: readonly Row[],
  mapping: Mapping,
  maxTokens = usualMaxTokens,
  tokens: TokenCounter = estimatedTokens,
): MappingUse {
  const made = rows.map((row) => applyMapping(row, mapping));
  const problems = made.flatMap((each) => ('problem' in each ? [mappingProblems[each.problem]] : []));
  const texts = made.flatMap((each) => ('row' in each ? [textOf(each.row)] : []));
  const cut = texts.filter((text) => tokens.count(text) > maxTokens).length;
  return {
    looked: rows.length,
    mapped: texts.length,
    unmapped: ranked(problems).map(([problem, count]) => ({ problem, rows: count })),
    cut: { maxTokens, rows: cut, estimated: tokens.estimated },
  };
}

/** A mapping under which no row can be used is a mistake. */
export function refuseUseless({ looked, mapped, unmapped }: MappingUse, id: string): void {
  if (looked === 0 || mapped > 0) return;
  const why = unmapped.map(({ problem, rows }) => `${problem} (${rows} ×)`).join('; ');
  throw new MlInternError('bad-input', `With this mapping none of ${looked} rows of ${id} can be used: ${why}.`, {
    next: 'Correct the mapping: compare what it names with the columns of the rows.',
  });
}

export function useInWords({ looked, mapped, cut }: MappingUse): { usable: string; cut: string } {
  const estimated = cut.estimated ? ' (estimated)' : '';
  return {
    usable: `${mapped} of ${looked} rows looked at`,
    cut: `${cut.rows} of ${looked} rows looked at, at ${cut.maxTokens} tokens${estimated}`,
  };
}

/** The commonest first. */
export function ranked<T>(items: readonly T[]): [T, number][] {
  const counts = new Map<T, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a);
}
