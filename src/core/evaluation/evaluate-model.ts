/** Has the box's Python evaluate a model outside of any run. */
import { z } from 'zod';
import { runProgram, type ProgramPlace } from '../box/program';
import type { ItemResult, Score } from '../run/types';
import { scoreOf } from './score';

export interface EvaluateOrder {
  /** A folder there, or a Hub id. */
  model: string;
  /** Folder there that holds benchmark.json and benchmark.jsonl. */
  out: string;
  seed: number;
  python?: string | undefined;
  limit?: number | undefined;
  batchSize?: number | undefined;
  stopBelow?: { score: number } | undefined;
}

export interface EvaluateWatch {
  signal?: AbortSignal;
  onProgress?: (text: string) => void;
  /** For the evaluator alone. */
  secrets?: Readonly<Record<string, string>>;
}

/** What the evaluator says of one item. */
export const outcomeSchema = z.object({
  id: z.string(),
  answer: z.string().nullable(),
  correct: z.boolean(),
  valid: z.boolean(),
  truncated: z.boolean(),
  tokens: z.number(),
  score: z.number().min(0).max(1).nullable().optional(),
});
const factsSchema = z.looseObject({
  metric: z.string(),
  device: z.string(),
  backend: z.string(),
  evaluatorHash: z.string(),
  itemsHash: z.string(),
  chatTemplateHash: z.string(),
  modelHash: z.string(),
  stopped: z.object({ after: z.number(), of: z.number(), toBeat: z.number() }).optional(),
});
const resultSchema = z.object({ result: factsSchema, items: z.string(), outcomes: z.array(outcomeSchema) });

export interface EvaluatedModel {
  score: Score;
  /** Where the outcome of every item lies, there. */
  items: string;
  result: z.infer<typeof factsSchema>;
}

const program = { name: 'The evaluation', module: 'eval_run', progress: z.string(), result: resultSchema };

export async function evaluateModel(
  place: ProgramPlace,
  order: EvaluateOrder,
  watch: EvaluateWatch = {},
): Promise<EvaluatedModel> {
  const { result, items, outcomes } = await runProgram(place, program, order, watch);
  const known: ItemResult[] = outcomes;
  return { score: scoreOf(known, { metric: result.metric, seeds: [order.seed] }), items, result };
}
