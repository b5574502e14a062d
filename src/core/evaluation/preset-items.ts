/** Turns the rows of a preset's dataset into items of our own benchmark files. */
import { z } from 'zod';
import { MlInternError } from '../errors';
import { sha256 } from '../hash';
import type { Row } from '../ports/rows';
import type { BenchmarkItem } from '../run/types';

/** `answer` is left out where a program or a judge decides. */
type PresetItem = Omit<BenchmarkItem, 'id' | 'answer'> & { id?: string | undefined; answer?: string | undefined };
type Reader = (row: Row) => PresetItem | null;

const scalar = z.union([z.string(), z.number(), z.bigint()]).transform(String);
const trimmed = z.string().trim();
const turns = z.array(z.object({ role: z.string(), content: z.string() }));

/** A reader that refuses rows of another shape. */
function reading<T>(shape: z.ZodType<T>, item: (row: T) => PresetItem | null): Reader {
  return (row) => item(shape.parse(row));
}

const gpqaRow = z.object({
  ...{ 'Record ID': z.string().nullish(), Question: trimmed, 'Correct Answer': trimmed },
  ...{ 'Incorrect Answer 1': trimmed, 'Incorrect Answer 2': trimmed, 'Incorrect Answer 3': trimmed },
});
const healthRow = z.object({
  ...{ prompt_id: scalar, prompt: turns.min(1) },
  rubrics: z.array(z.object({ criterion: z.string(), points: z.number(), tags: z.array(z.string()).default([]) })),
});
const callRow = z.object({
  ...{ id: scalar, question: z.union([z.array(turns).min(1), turns]) },
  ...{ function: z.array(z.unknown()), ground_truth: z.array(z.string()).min(1) },
});
const ifevalRow = z.object({
  ...{ key: scalar, prompt: z.string(), instruction_id_list: z.array(z.string()).min(1) },
  kwargs: z.array(z.record(z.string(), z.unknown())),
});

const readers = {
  gpqa: reading(gpqaRow, (row) => ({
    id: row['Record ID'] ?? undefined,
    question: row.Question,
    answer: 'A',
    choices: [row['Correct Answer'], row['Incorrect Answer 1'], row['Incorrect Answer 2'], row['Incorrect Answer 3']],
  })),
  gsm8k: reading(z.object({ question: z.string(), answer: z.string() }), ({ question, answer }) => ({
    ...{ question, answer: (answer.split('####').at(-1) ?? '').trim(), solution: answer },
  })),
  humaneval: reading(
    z.object({ task_id: z.string(), prompt: z.string(), test: z.string(), entry_point: z.string() }),
    (row) => ({ id: row.task_id, question: row.prompt, tests: row.test, entryPoint: row.entry_point }),
  ),
  aime: reading(z.object({ id: scalar.nullish(), problem: z.string(), answer: scalar }), ({ id, problem, answer }) => ({
    ...{ id: id ?? undefined, question: problem, answer },
  })),
  /** Conversations of five turns or more, with rubrics on completeness and at most two criteria that take points. */
  'healthbench-easy': reading(healthRow, ({ prompt_id: id, prompt, rubrics }) => {
    const complete = rubrics.some(({ tags }) => tags.some((tag) => tag.includes('completeness')));
    if (prompt.length < 5 || !complete || rubrics.filter(({ points }) => points < 0).length > 2) return null;
    const rubric = rubrics.map(({ criterion, points }) => ({ criterion, points }));
    return { id, question: prompt.at(-1)?.content ?? '', messages: prompt, rubric };
  }),
  bfcl: reading(callRow, ({ id, question, function: functions, ground_truth: truth }) => {
    const asked = question.flat().map(({ content }) => content);
    const tools = functions.map((each) => JSON.stringify(each));
    const text = `Functions:\n${tools.join('\n')}\n\nRequest: ${asked.join('\n')}`;
    return { id, question: text, answer: truth[0] };
  }),
  /** What an instruction does not take is null in every row. */
  ifeval: reading(ifevalRow, ({ key: id, prompt: question, instruction_id_list, kwargs: all }) => {
    const kwargs = all.map((given) => Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null)));
    return { id, question, metadata: { instruction_id_list, kwargs } };
  }),
  'arena-writing': reading(
    z.object({ uid: scalar, prompt: z.string(), category: z.string() }),
    ({ uid, prompt, category }) => (category === 'creative_writing' ? { id: uid, question: prompt } : null),
  ),
} satisfies Record<string, Reader>;

export type PresetReader = keyof typeof readers;
export const presetReaders = Object.keys(readers) as [PresetReader, ...PresetReader[]];

/** `against`: by id, the answers that a judge compares with. An item without one is an error, it is not left out. */
export function presetItems(
  rows: readonly Row[],
  reader: PresetReader,
  dataset: string,
  against?: ReadonlyMap<string, string>,
): BenchmarkItem[] {
  const read = rows.map((row) => readRow(row, reader, dataset)).filter((item) => item !== null);
  return read.map((item, index) => {
    const known = { ...item, id: item.id ?? String(index) } as BenchmarkItem;
    if (!against) return known;
    const other = against.get(known.id);
    if (other === undefined) throw wrongShape(dataset, `there is no stored answer to ${known.id}`);
    return { ...known, against: other };
  });
}

function readRow(row: Row, reader: PresetReader, dataset: string): PresetItem | null {
  try {
    return readers[reader](row);
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    const [issue] = error.issues;
    throw wrongShape(dataset, `"${issue?.path.join('.') ?? ''}" is missing or of another kind`, error);
  }
}

const storedRow = z.object({
  uid: scalar,
  messages: z
    .array(z.object({ content: z.union([z.string(), z.object({ answer: z.string() }).transform((it) => it.answer)]) }))
    .min(1),
});

/** The last turn of each stored conversation, as Arena-Hard keeps the answers of models. */
export function storedAnswers(rows: readonly Row[], dataset: string): Map<string, string> {
  const read = z.array(storedRow).safeParse(rows);
  if (!read.success) throw wrongShape(dataset, 'the stored answers are of another kind', read.error);
  return new Map(read.data.map(({ uid, messages }) => [uid, messages.at(-1)?.content ?? '']));
}

/** So many items, the same for a seed whatever their order. */
export function pickExamples(items: readonly BenchmarkItem[], count: number, seed: number): BenchmarkItem[] {
  const keyed = items.map((item) => ({ item, key: sha256(`${seed}\n${item.question}`) }));
  keyed.sort((a, b) => (a.key < b.key ? -1 : 1));
  return keyed.slice(0, count).map(({ item }) => item);
}

function wrongShape(dataset: string, what: string, cause?: unknown): MlInternError {
  return new MlInternError(
    'benchmark-invalid',
    `The rows of ${dataset} do not have the shape that was expected: ${what}.`,
    { next: 'The dataset has changed since the preset was made: use items of your own in a .jsonl file.', cause },
  );
}
