/** What an item of each kind of benchmark must hold. */
import { z } from 'zod';
import type { BenchmarkItem } from '../run/types';
import type { BenchmarkKind } from '../run/evaluator-settings';

const filled = z.string().trim().min(1);
const answer = z.union([filled, z.number(), z.boolean()]);

export const itemSchema = z.object({
  id: z.union([filled, z.number().int()]).optional(),
  question: filled,
  answer,
  choices: z.array(z.string()).min(2).max(26).optional(),
  solution: filled.optional(),
  tests: filled.optional(),
  entryPoint: filled.optional(),
  rubric: z
    .array(z.object({ criterion: filled, points: z.number() }))
    .min(1)
    .optional(),
  against: filled.optional(),
  metadata: z.record(z.string(), z.unknown()).optional(),
  messages: z
    .array(z.object({ role: z.enum(['system', 'user', 'assistant']), content: z.string() }))
    .min(1)
    .optional(),
});

/** Programs, graded answers and scorers of inspect need no reference. */
export const schemaOf = (kind: BenchmarkKind): z.ZodType<z.infer<typeof openSchema>> =>
  kind === 'code' || kind === 'rubric' || kind === 'inspect' ? openSchema : itemSchema;
const openSchema = itemSchema.extend({ answer: answer.optional() });

/** Undefined when the item can be graded; else the rest of a sentence that begins with the item. */
export function itemProblem(kind: BenchmarkKind, item: BenchmarkItem): string | undefined {
  switch (kind) {
    case 'choice':
      return choiceProblem(item);
    case 'numeric':
      return /\d/.test(item.answer) ? undefined : `has the answer "${item.answer}", which is no number`;
    case 'regex':
      return isPattern(item.answer) ? undefined : `has the answer "${item.answer}", which is not a regular expression`;
    case 'code':
      return item.tests === undefined ? 'has no "tests"' : undefined;
    case 'rubric':
      return rubricProblem(item);
    default:
      return undefined;
  }
}

function choiceProblem({ answer: right, choices }: BenchmarkItem): string | undefined {
  if (!choices) return 'has no "choices"';
  const place = right.length === 1 ? right.toUpperCase().charCodeAt(0) - 'A'.charCodeAt(0) : -1;
  const known = choices.includes(right) || (place >= 0 && place < choices.length);
  return known ? undefined : `has the answer "${right}", which is neither one of its choices nor the letter of one`;
}

function rubricProblem({ rubric, against }: BenchmarkItem): string | undefined {
  if (against !== undefined) return undefined;
  if (!rubric) return 'has neither a "rubric" nor an answer to judge it "against"';
  return rubric.some(({ points }) => points > 0) ? undefined : 'has no criterion that gives points';
}

function isPattern(text: string): boolean {
  try {
    return RegExp(text) instanceof RegExp;
  } catch {
    return false;
  }
}
