/** A named benchmark that ships with the product: where its items lie on the Hub, how it is asked and graded, what is known of it. */
import { z } from 'zod';
import { presetReaders } from './preset-items';
import { settingsSchema } from './settings';

const datasetSchema = z.object({
  id: z.string(),
  config: z.string().optional(),
  split: z.string(),
  /** Null: the newest; the commit is recorded with the result. */
  revision: z.string().nullable(),
  files: z.array(z.string()).optional(),
  /** How its rows become items. */
  reader: z.enum(presetReaders),
  /** A file of answers that a judge compares with. */
  against: z.string().optional(),
});

export type PresetDataset = z.infer<typeof datasetSchema>;

export const presetSchema = z.object({
  name: z.string(),
  title: z.string(),
  /** As `core/data/benchmarks.ts` names it, for what training data overlaps. */
  benchmark: z.string(),
  settings: settingsSchema,
  items: z.number().int(),
  access: z.string().optional(),
  /** Published figures; shares. */
  known: z.array(z.object({ model: z.string(), value: z.number(), source: z.string() })),
  training: z.object({ forbidden: z.array(z.string()), allowed: z.array(z.string()) }),
  notes: z.string().optional(),
  dataset: datasetSchema,
  fewShotDataset: datasetSchema.extend({ n: z.number().int(), seed: z.number().int() }).optional(),
});
export type Preset = z.infer<typeof presetSchema>;
