/** The plan of synthetic rows: what is to be covered, by whom it is written, and how much it may cost. */
import { z } from 'zod';
import { MlInternError } from '../../errors';

const words = z.string().trim().min(1).max(2000);
const list = z.array(words).min(1).max(200);
const price = z.strictObject({ input: z.number().nonnegative(), output: z.number().nonnegative() });

export const teacherSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('openai'), baseUrl: z.url(), model: words, price: price.optional() }),
  z.strictObject({
    ...{ kind: z.literal('hf-inference'), model: words, price: price.optional() },
    ...{ provider: words.optional(), billTo: words.optional() },
  }),
  /** A model on the box itself: at the port of a server that listens there, else served for as long as it is asked. */
  z.strictObject({
    ...{ kind: z.literal('box'), model: words, price: price.optional(), revision: words.optional() },
    ...{ box: words.optional(), port: z.int().min(1).max(65_535).optional() },
  }),
]);
export type TeacherSpec = z.infer<typeof teacherSchema>;

const edgeCase = z.strictObject({
  name: words,
  /** What the teacher is told, e.g. "The situation is an emergency; the answer says so first." */
  instruction: words,
});

const planSchema = z.strictObject({
  /** What the rows are for, as the teacher is told. */
  task: words,
  topics: list,
  styles: list.default(['plain']),
  languages: list.default(['English']),
  /** Each becomes a column of the plan beside ordinary cases. */
  edgeCases: z.array(edgeCase).max(50).default([]),
  rows: z.int().min(1).max(1_000_000),
  rowsPerRequest: z.int().min(1).max(50).default(5),
  seed: z.int().default(0),
  /** Rows that show the form; they are never copied into the result. */
  examples: z
    .array(z.strictObject({ prompt: words, completion: words }))
    .max(10)
    .default([]),
  teacher: teacherSchema,
  temperature: z.number().min(0).max(2).default(0.8),
  /** For one answer of the teacher. */
  maxTokens: z.int().min(16).max(100_000).default(2000),
  /** `solve`: a second, independent answer to each prompt must agree with the first. */
  verify: z.enum(['none', 'solve']).default('none'),
  verifier: teacherSchema.optional(),
  /** How often cells that lost rows are asked for more. */
  rounds: z.int().min(1).max(10).default(2),
  concurrency: z.int().min(1).max(64).default(4),
  budget: z.strictObject({ tokens: z.int().positive(), usd: z.number().positive().optional() }),
  validation: z
    .strictObject({
      minCharacters: z.int().nonnegative().default(1),
      maxCharacters: z.int().positive().default(8000),
      keepRefusals: z.boolean().default(false),
      /** Share of word 5-grams in common from which two rows count as one. */
      near: z.number().min(0.3).max(1).default(0.7),
    })
    .prefault({}),
});
export type SynthPlan = z.infer<typeof planSchema>;

export function parsePlan(value: unknown, where: string): SynthPlan {
  const parsed = planSchema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw bad(`${where}: ${issue?.path.join('.') || 'the whole'}: ${issue?.message ?? 'no plan'}.`);
  }
  const plan = parsed.data;
  if (plan.budget.usd !== undefined && [plan.teacher, plan.verifier ?? plan.teacher].some(({ price: of }) => !of))
    throw bad(`${where}: budget.usd: a budget in dollars needs the price of every model that is asked.`);
  return plan;
}

function bad(message: string): MlInternError {
  return new MlInternError('bad-input', message, {
    next: 'Correct that field; prices are dollars for a million tokens, {"input": 0.5, "output": 1.5}.',
  });
}

export interface Cell {
  /** Its place in the plan; also part of its seed. */
  index: number;
  topic: string;
  style: string;
  language: string;
  edgeCase: { name: string; instruction: string } | null;
  rows: number;
}

/** Every combination of the plan with its share of the rows; the remainder goes to cells spread over the whole plan. */
export function cellsOf(plan: SynthPlan): Cell[] {
  const { topics, styles, languages, rows } = plan;
  const cases = [null, ...plan.edgeCases];
  const combinations = topics.flatMap((topic) =>
    styles.flatMap((style) =>
      languages.flatMap((language) => cases.map((edge) => ({ topic, style, language, edgeCase: edge }))),
    ),
  );
  const upTo = (index: number) => Math.floor((index * rows) / combinations.length);
  return combinations.map((cell, index) => ({ ...cell, index, rows: upTo(index + 1) - upTo(index) }));
}

export function cellName({ topic, style, language, edgeCase: edge }: Cell): string {
  return [topic, style, language, ...(edge ? [edge.name] : [])].join(' / ');
}

/** It has no server yet: one is started for it. */
export function isServed(teacher: TeacherSpec): boolean {
  return teacher.kind === 'box' && teacher.port === undefined;
}

/** What is asked, for people and logs: never a key. */
export function teacherName(teacher: TeacherSpec): string {
  const { kind, model } = teacher;
  if (kind === 'openai') return `${model} at ${new URL(teacher.baseUrl).host}`;
  if (kind === 'box') return `${model} ${placeOnBox(teacher)}`;
  return `${model} through Hugging Face Inference${teacher.provider ? ` (${teacher.provider})` : ''}`;
}

function placeOnBox({ box, port }: Extract<TeacherSpec, { kind: 'box' }>): string {
  const name = `the box${box === undefined ? '' : ` ${box}`}`;
  return port === undefined ? `served on ${name}` : `at port ${port} of ${name}`;
}
