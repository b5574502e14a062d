/** Recognises the usual shapes of training data by names and cells, tries the mapping on the rows, and says what is doubtful. */
import type { DatasetColumn } from '../ports/rows';
import type { Row } from '../ports/rows';
import type { Candidate, DataFormat, Detector } from './format/candidate';
import { chat } from './format/chat';
import { names } from './format/names';
import { alpaca, promptCompletion } from './format/pairs';
import { explained, plainText } from './format/plain';
import { preference } from './format/preference';
import { choices, questionAnswer, reasoning } from './format/questions';
import { Table } from './format/table';
import { traitsOf, type Trait } from './format/traits';
import { applyMapping, type Mapping } from './mapping';
import { mappingProblems, type MappingProblem } from './mapping/problems';
import type { TrainingRow } from './mapping/training-row';

export type { DataFormat } from './format/candidate';
export type { Trait } from './format/traits';

export interface DetectedFormat {
  format: DataFormat;
  /** 0 to 1: low where names and cells disagree, or rows cannot be mapped. */
  confidence: number;
  /** Null when nothing can be told, or no mapping can express it. */
  mapping: Mapping | null;
  /** In words: what is doubtful, and what to do. */
  problems: string[];
  /** What the mapped rows hold beside plain text. */
  traits: Trait[];
  /** Of the rows given. */
  mapped: number;
  unmapped: Partial<Record<MappingProblem | 'no-mapping', number>>;
  /** Other readings, for a person or the agent to choose. */
  alternatives: Mapping[];
}

interface Tried {
  found: DetectedFormat;
  rank: number;
}

/** At equal rank the first wins. */
const detectors: readonly Detector[] = [
  ...[chat, preference, reasoning, alpaca, choices, questionAnswer, promptCompletion, plainText],
];
const mostRows = 200;
/** Less sure than this is not sure at all. */
const least = 0.2;

export function detectFormat(columns: readonly Pick<DatasetColumn, 'name'>[], rows: readonly Row[]): DetectedFormat {
  const looked = rows.filter((row) => row !== null && typeof row === 'object').slice(0, mostRows);
  if (looked.length === 0) return unknown(looked, ['There are no rows to look at.'], []);
  const table = new Table(namesOf(columns, looked), looked);
  const tried = detectors.flatMap((detect) => detect(table)).map((candidate) => tryOut(candidate, table));
  const [best, ...others] = tried.sort((a, b) => b.rank - a.rank).map(({ found }) => found);
  const remarks = remarksOn(table);
  if (best === undefined || best.confidence < least) {
    const { problems, alternatives } = explained(table);
    const seen = best?.problems ?? [];
    return unknown(
      looked,
      [...seen, ...problems, ...remarks],
      [...alternatives, ...mappingsOf(best === undefined ? [] : [best])],
    );
  }
  const alternatives = [...best.alternatives, ...mappingsOf(others)].filter((each) => !isSame(each, best.mapping));
  return { ...best, problems: [...best.problems, ...remarks], alternatives: alternatives.slice(0, 4) };
}

function namesOf(columns: readonly { name: string }[], rows: readonly Row[]): string[] {
  return [...new Set([...columns.map(({ name }) => name), ...rows.flatMap((row) => Object.keys(row))])];
}

function mappingsOf(tried: readonly DetectedFormat[]): Mapping[] {
  return tried.flatMap(({ mapping }) => mapping ?? []);
}

function isSame(a: Mapping, b: Mapping | null): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function unknown(rows: readonly Row[], problems: string[], alternatives: Mapping[]): DetectedFormat {
  const unmapped = rows.length === 0 ? {} : { 'no-mapping': rows.length };
  return { format: 'unknown', confidence: 0, mapping: null, problems, traits: [], mapped: 0, unmapped, alternatives };
}

/** The most telling shape wins although it may map fewer rows than a plainer one; one that maps none does not. */
function tryOut(
  { format, mapping, base, doubt = 1, problems = [], alternatives = [] }: Candidate,
  table: Table,
): Tried {
  const { rows } = table;
  const made: TrainingRow[] = [];
  const unmapped: DetectedFormat['unmapped'] = mapping === null ? { 'no-mapping': rows.length } : {};
  for (const row of rows) {
    if (mapping === null) break;
    const mapped = applyMapping(row, mapping);
    if ('row' in mapped) made.push(mapped.row);
    else unmapped[mapped.problem] = (unmapped[mapped.problem] ?? 0) + 1;
  }
  const share = made.length / rows.length;
  const fit = mapping === null ? 0.8 : made.length === 0 ? 0.25 : 0.4 + 0.6 * share;
  const { traits, remarks } = traitsOf(made);
  const found = {
    ...{ format, mapping, traits, mapped: made.length, unmapped, alternatives },
    confidence:
      Math.round(100 * base * doubt * fit * (mediaOf(table) === undefined ? 1 : 0.4) * (rows.length === 1 ? 0.9 : 1)) /
      100,
    problems: [...problems, ...unmappedProblems(unmapped, rows.length), ...remarks],
  };
  return { found, rank: mapping !== null && made.length === 0 ? base / 4 : base };
}

function unmappedProblems(unmapped: DetectedFormat['unmapped'], rows: number): string[] {
  return Object.entries(unmapped).flatMap(([problem, count]) =>
    problem === 'no-mapping'
      ? []
      : [`${count} of ${rows} rows cannot be mapped: ${mappingProblems[problem as MappingProblem]}.`],
  );
}

function mediaOf(table: Table): string | undefined {
  const isNamed = (plain: string) => (names.media as readonly string[]).includes(plain);
  return table.columns.find(({ kind, plain }) => kind === 'media' || (kind !== undefined && isNamed(plain)))?.name;
}

function remarksOn(table: Table): string[] {
  const media = mediaOf(table);
  const empty = table.columns.filter(({ kind }) => kind === undefined).map(({ name }) => name);
  const mixed = table.columns.filter(({ kindShare }) => kindShare > 0 && kindShare < 0.95).map(({ name }) => name);
  return [
    ...(media === undefined ? [] : [`The rows have images or sound (${media}), which training on text would not see.`]),
    ...(empty.length === 0 ? [] : [`Empty in every row: ${empty.slice(0, 5).join(', ')}.`]),
    ...(mixed.length === 0 ? [] : [`Cells of different kinds: ${mixed.slice(0, 5).join(', ')}.`]),
    ...(table.rows.length === 1 ? ['One row only was there to look at.'] : []),
  ];
}
