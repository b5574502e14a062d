/** Questions with an answer, with choices, with a passage, with reasoning. */
import type { Mapping } from '../mapping';
import { pair, type Candidate } from './candidate';
import { names, optionColumns } from './names';
import { isLabel, type Column, type Table } from './table';

const answerKinds = ['text', 'number', 'boolean', 'texts', 'object', 'numbers'] as const;

export function choices(table: Table): Candidate[] {
  const options = optionsOf(table);
  const question = table.named(names.stem, ['text', 'number']);
  const right = table.named(names.right, ['text', 'number']);
  if (options === undefined || question === undefined || right === undefined || options.includes(right.name)) return [];
  const columns = { options: options.length === 1 ? (options[0] ?? '') : options, answer: right.name };
  const { first, sure } = firstIndex(right, options, table);
  const asked = `${passage(table, question)}Question: {${question.name}}`;
  const mapping: Mapping = {
    ...pair(`${asked}\n{$choices}\nAnswer:`, ' {$letter}'),
    choices: { ...columns, ...(first === 1 ? { first } : {}) },
  } as Mapping;
  const problem = `Whether ${right.name} counts from 0 or from 1 cannot be told from these rows: 0 is taken.`;
  return [
    {
      ...{ format: 'question-choices', mapping, base: 0.97, doubt: sure ? 1 : 0.7, problems: sure ? [] : [problem] },
      alternatives: [{ ...mapping, completion: ' {$answer}' } as Mapping],
    },
  ];
}

/** The column of a list, or one column an option. */
function optionsOf(table: Table): string[] | undefined {
  const list = table.named(names.options, ['texts', 'object', 'list', 'numbers']);
  if (list !== undefined) return [list.name];
  for (const group of optionColumns) {
    const found = group.map((name) => table.named([name], ['text', 'number']));
    const until = found.findIndex((column) => column === undefined);
    const columns = (until === -1 ? found : found.slice(0, until)).flatMap((column) => column?.name ?? []);
    if (columns.length >= 2) return columns;
  }
  return undefined;
}

function firstIndex(right: Column, options: readonly string[], table: Table): { first: 0 | 1; sure: boolean } {
  const indices = right.values.map((value) => (/^\d+$/.test(String(value).trim()) ? Number(value) : NaN));
  const known = indices.filter((index) => !Number.isNaN(index));
  if (known.length < indices.length / 2) return { first: 0, sure: true };
  if (known.includes(0)) return { first: 0, sure: true };
  // Options that are numbered from 1 are counted from 1.
  if (options.length > 1) return { first: /1$/.test(options[0] ?? '') ? 1 : 0, sure: /[01]$/.test(options[0] ?? '') };
  const labelled = table.columns.find(({ name }) => name === options[0])?.kind === 'object';
  const least = leastOptions(table, options[0] ?? '');
  const beyond = known.includes(least);
  return { first: beyond && !labelled ? 1 : 0, sure: beyond || labelled };
}

function leastOptions(table: Table, name: string): number {
  const values = table.columns.find((column) => column.name === name)?.values ?? [];
  return Math.min(...values.map((value) => (Array.isArray(value) ? value.length : Infinity)));
}

export function questionAnswer(table: Table): Candidate[] {
  // Neither a system text nor choices may be lost on the way.
  if (table.named(names.system, ['text']) !== undefined || choices(table).length > 0) return [];
  const question = table.named(names.question, ['text']);
  const answer = answerOf(table);
  if (question === undefined || answer === undefined || answer.column === question) return [];
  const mapping = pair(`${passage(table, question)}Question: {${question.name}}\nAnswer:`, ` {${answer.path}}`);
  const asClasses = table.rows.length > 4 && answer.column.kind === 'number' && isLabel(answer.column);
  const problem = `The answers of ${answer.column.name} are a few numbers: they may be classes, not answers.`;
  const doubts = asClasses ? { doubt: 0.6, problems: [problem] } : {};
  return [{ format: 'question-answer', mapping, base: 0.95, ...doubts }];
}

/** The column and the place in it: SQuAD's `{text: [...]}`, lists of accepted answers, `{value}`. */
function answerOf(table: Table): { column: Column; path: string } | undefined {
  const column = table.named(names.answer, answerKinds);
  if (column === undefined) return undefined;
  if (column.kind === 'texts' || column.kind === 'numbers') return { column, path: `${column.name}.0` };
  if (column.kind !== 'object') return { column, path: column.name };
  const [first] = column.values as Record<string, unknown>[];
  if (first !== undefined && Array.isArray(first['text'])) return { column, path: `${column.name}.text.0` };
  const key = ['value', 'text', 'answer'].find((name) => typeof first?.[name] === 'string');
  return key === undefined ? undefined : { column, path: `${column.name}.${key}` };
}

function passage(table: Table, question: Column): string {
  const column = table.named(names.passage, ['text']);
  return column === undefined || column === question ? '' : `{${column.name}?}\n`;
}

/** A column of reasoning between a question and its answer. */
export function reasoning(table: Table): Candidate[] {
  const question = table.named([...names.question, ...names.prompt], ['text']);
  const thought = table.named(names.reasoning, ['text', 'texts']);
  const answer = table.named([...names.answer, ...names.completion], ['text', 'number']);
  if (question === undefined || thought === undefined || answer === undefined) return [];
  const path = thought.kind === 'texts' ? `${thought.name}.0` : thought.name;
  const completion = `<think>\n{${path}}\n</think>\n\n{${answer.name}}`;
  return [{ format: 'reasoning', mapping: pair(`{${question.name}}\n`, completion), base: 0.96 }];
}
