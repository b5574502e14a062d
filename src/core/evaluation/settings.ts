/** The settings beside a benchmark's items, with the defaults of its kind. */
import { z } from 'zod';
import { benchmarkKinds, type BenchmarkKind } from '../run/evaluator-settings';

const filled = z.string().trim().min(1);
const whole = z.number().int();
const share = z.number().min(0).max(1);

const samplingSchema = z.object({
  temperature: z.number().min(0).max(5).optional(),
  topP: z.number().gt(0).max(1).optional(),
  n: whole.min(1).max(64).optional(),
  stop: z.array(z.string().min(1)).max(16).optional(),
});
const judgeSchema = z.object({
  model: filled,
  url: z.url(),
  temperature: z.number().min(0).max(2).default(0),
  maxTokens: whole.min(16).optional(),
  seed: whole.optional(),
  prompt: filled.optional(),
});

export const settingsSchema = z.object({
  name: filled.optional(),
  kind: z.enum(benchmarkKinds).optional(),
  metric: z.enum(['exact', 'accuracy', 'match', 'pass@1', 'score']).optional(),
  prompt: filled.refine((text) => text.includes('{question}'), 'must contain {question}').optional(),
  answerPattern: filled.optional(),
  options: z.array(filled).min(1).optional(),
  maxTokens: whole.min(1).max(32768).optional(),
  system: filled.optional(),
  /** "none", "model", or a file beside the settings. */
  template: filled.optional(),
  sampling: samplingSchema.optional(),
  fewShot: z.object({ file: filled, n: whole.min(1).max(64), seed: whole.default(0) }).optional(),
  by: z.enum(['generation', 'likelihood']).optional(),
  shuffleSeed: whole.optional(),
  normalise: z.boolean().optional(),
  tolerance: z.number().min(0).optional(),
  relativeTolerance: z.number().min(0).optional(),
  numberFrom: z
    .array(z.enum(['boxed', 'hashes', 'last']))
    .min(1)
    .optional(),
  search: z.boolean().optional(),
  ignoreCase: z.boolean().optional(),
  seconds: whole.min(1).max(600).optional(),
  memoryMiB: whole.min(64).optional(),
  judge: judgeSchema.optional(),
  passScore: share.optional(),
  /** Other modules of the box are none of a benchmark's business. */
  scorer: z
    .string()
    .regex(/^(ifeval|inspect_(ai|evals)(\.\w+)*:\w+)$/)
    .optional(),
  scoreKey: filled.optional(),
  guessRate: share.optional(),
  references: z
    .object({
      /** Solved examples before each question; 0: none is scored. */
      shots: whole.min(0).max(64).optional(),
      /** The official instruct model of the base model. */
      instruct: filled.optional(),
    })
    .optional(),
});
export type Settings = z.infer<typeof settingsSchema>;

export interface KindDefaults {
  metric: string;
  prompt: string;
  answerPattern: string;
  maxTokens: number;
}

const question = 'Question: {question}\nAnswer:';
const letters =
  '{question}\n\n{choices}\n\nThink it through, then end with a line of the form "ANSWER: X", where X is one of {letters}.';

/** Exact: the first line of the answer, without a full stop, is what an unadorned question is answered with. */
export const kindDefaults: Readonly<Record<BenchmarkKind, KindDefaults>> = {
  exact: {
    metric: 'exact',
    prompt: question,
    answerPattern: '^\\s*([^\\n]*?)\\s*\\.?\\s*(?:\\n|$)',
    maxTokens: 64,
  },
  choice: { metric: 'accuracy', prompt: letters, answerPattern: '', maxTokens: 2048 },
  numeric: { metric: 'exact', prompt: question, answerPattern: '', maxTokens: 1024 },
  regex: { metric: 'match', prompt: question, answerPattern: '', maxTokens: 256 },
  calls: { metric: 'exact', prompt: '{question}', answerPattern: '', maxTokens: 512 },
  code: { metric: 'pass@1', prompt: '{question}', answerPattern: '', maxTokens: 1024 },
  rubric: { metric: 'score', prompt: '{question}', answerPattern: '', maxTokens: 2048 },
  inspect: { metric: 'accuracy', prompt: '{question}', answerPattern: '', maxTokens: 2048 },
};
/** What blank settings of a kind are called in the run's log. */
export const kindOf = ({ kind }: { kind?: BenchmarkKind | undefined }): BenchmarkKind => kind ?? 'exact';

/** Files beside the settings that they name: examples and a chat template. */
export function filesNamed({ fewShot, template }: Settings): string[] {
  const own = template !== undefined && template !== 'none' && template !== 'model';
  return [...(fewShot ? [fewShot.file] : []), ...(own ? [template] : [])];
}
