/** Reads a recipe that a person or the agent wrote; every error names the field. The box checks again what only it can know. */
import { z } from 'zod';
import { MlInternError } from '../errors';
import { jsonHash } from '../hash';
import type { Filter, Recipe, RecipeSource } from '../run/recipe';
import { mappingSchema } from './mapping';

const above = z.number().positive();
const rows = z.int().positive();
const text = { column: z.string().min(1).optional() };
const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const named = { name: z.string().min(1).max(60).optional() };

const qualityRules = z.strictObject({
  minWords: z.number().nullish(),
  minUniqueWords: z.number().nullish(),
  minMeanWordLength: z.number().nullish(),
  maxMeanWordLength: z.number().nullish(),
  maxSymbolShare: z.number().nullish(),
  minAlphabeticShare: z.number().nullish(),
  maxDuplicateLineShare: z.number().nullish(),
  maxRepeatedGramShare: z.number().nullish(),
  refusals: z.boolean().nullish(),
});

export const filterSchema = z.discriminatedUnion('kind', [
  z
    .strictObject({
      ...{ kind: z.literal('length'), unit: z.enum(['characters', 'words', 'tokens']), ...text, ...named },
      ...{ min: z.number().optional(), max: z.number().optional() },
    })
    .refine(hasLimit, 'give min, max or both, with min not above max'),
  z.strictObject({ kind: z.literal('language'), keep: z.array(z.string()).min(1), ...text, ...named }),
  z
    .strictObject({
      ...{ kind: z.literal('range'), column: z.string().min(1), ...named },
      ...{ min: z.number().optional(), max: z.number().optional() },
    })
    .refine(hasLimit, 'give min, max or both, with min not above max'),
  z
    .strictObject({
      ...{ kind: z.literal('value'), column: z.string().min(1), ...named },
      ...{ keep: z.array(scalar).min(1).optional(), drop: z.array(scalar).min(1).optional() },
    })
    .refine(keepsOrDrops, 'give values to keep or to drop'),
  z
    .strictObject({
      ...{ kind: z.literal('regex'), keep: z.string().optional(), drop: z.string().optional() },
      ...{ ignoreCase: z.boolean().optional(), ...text, ...named },
    })
    .refine(keepsOrDrops, "give a pattern in Python's syntax to keep or to drop"),
  z.strictObject({ kind: z.literal('quality'), rules: qualityRules.optional(), ...text, ...named }),
]);

const datasetSchema = z
  .strictObject({
    id: z.string().min(1).optional(),
    file: z.string().min(1).optional(),
    revision: z.string().optional(),
    config: z.string().optional(),
    split: z.string().optional(),
  })
  .refine(({ id, file }) => id !== undefined || file !== undefined, 'name the dataset by its id, or a file')
  .transform(({ id, file, revision, config, split }) => ({
    ...{ id: id ?? file ?? '', revision: revision ?? (file === undefined ? 'main' : '') },
    ...{ config: config ?? '', split: split ?? 'train' },
    ...(file === undefined ? {} : { file }),
  }));

export const sourceOptions = {
  weight: above
    .optional()
    .describe('How many times each row is repeated; 1.5 is every row once and half of them twice'),
  share: above.optional().describe('Its part of the mixture, in proportion to those of the other sources'),
  maxRows: rows.optional(),
  filters: z.array(filterSchema).max(50).optional(),
};

const sourceSchema = z.strictObject({
  dataset: datasetSchema,
  mapping: mappingSchema,
  ...sourceOptions,
  weight: above.default(1),
  excludeRows: z.array(z.int().nonnegative()).default([]),
});

export const recipeOptions = {
  maxTokens: rows.optional().describe('Rows with more tokens are left out instead of being cut'),
  tokenizer: z.string().min(1).optional(),
  dedup: z
    .strictObject({
      exact: z.boolean().optional(),
      near: z.number().min(0.3).max(1).optional().describe('Share of word 5-grams in common, e.g. 0.8'),
      by: z.enum(['row', 'prompt']).optional(),
    })
    .optional(),
  caps: z.strictObject({ rows: rows.optional(), tokens: rows.optional() }).optional(),
};

const recipeSchema = z
  .strictObject({ seed: z.int().default(0), sources: z.array(sourceSchema).min(1).max(100), ...recipeOptions })
  .refine(({ sources }) => new Set(sources.map(({ share }) => share !== undefined)).size === 1, {
    error: 'give each source a share, or none',
    path: ['sources'],
  });

/** `where` is what the recipe is called in errors, e.g. its file. */
export function parseRecipe(value: unknown, where: string): Recipe {
  const parsed = recipeSchema.safeParse(value);
  if (parsed.success) {
    const recipe = withoutUndefined(parsed.data) as Recipe;
    checkTokenizer(recipe, where);
    return recipe;
  }
  const [first, ...others] = parsed.error.issues;
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  const path = first?.path ?? [];
  const problem = `${first?.message ?? 'not a recipe'}${more}`;
  throw new RecipeError(`${where}: ${fieldOf(path)}: ${problem}.`, path, problem);
}

/** Whether something in it is counted in tokens, which needs a tokenizer. */
function countsTokens({ maxTokens, caps, sources }: Recipe): boolean {
  const byFilter = ({ filters = [] }: RecipeSource) =>
    filters.some((each) => each.kind === 'length' && each.unit === 'tokens');
  return maxTokens !== undefined || caps?.tokens !== undefined || sources.some(byFilter);
}

/** As they are written to a recipe's file: what is undefined is not there. */
export function plainFilters(filters: z.infer<typeof filterSchema>[]): Filter[] {
  return withoutUndefined(filters) as Filter[];
}

/** SHA-256 of everything that decides which rows a source gives, and how they read. */
export function sourceHash(source: RecipeSource): string {
  return jsonHash(source);
}

function checkTokenizer(recipe: Recipe, where: string): void {
  if (!countsTokens(recipe) || recipe.tokenizer !== undefined) return;
  const problem = 'it counts tokens and names no tokenizer';
  throw new RecipeError(`${where}: tokenizer: ${problem}.`, ['tokenizer'], problem);
}

/** A field of a recipe that does not hold. */
export class RecipeError extends MlInternError {
  constructor(
    message: string,
    /** Of the field, from the recipe's top. */
    readonly path: readonly PropertyKey[],
    /** What is wrong with it, without its place. */
    readonly problem: string,
  ) {
    super('bad-input', message, { next: 'Correct that field of the recipe.' });
  }
}

/** `sources[1].filters[0].min`. */
function fieldOf(path: readonly PropertyKey[]): string {
  const words = path.map((part, index) =>
    typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`,
  );
  return words.join('') || 'the whole';
}

function hasLimit({ min, max }: { min?: number | undefined; max?: number | undefined }): boolean {
  return (min !== undefined || max !== undefined) && (min ?? -Infinity) <= (max ?? Infinity);
}

function keepsOrDrops({ keep, drop }: { keep?: unknown; drop?: unknown }): boolean {
  return keep !== undefined || drop !== undefined;
}

function withoutUndefined(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value)) as unknown;
}
