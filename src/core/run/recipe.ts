/** Recipes: which rows of which datasets a training takes, in what mixture; and the counts that say where every row went. */
import type { Mapping } from '../data/mapping';

export type { Mapping };

export interface DatasetRef {
  /** On the Hub, or the path of a file when `file` is set. */
  id: string;
  revision: string;
  config: string;
  split: string;
  /** A local file (jsonl, json, csv, tsv, parquet, arrow): a path on the box, or of a file that goes with the job. */
  file?: string;
}

/** A filter without `column` looks at what will be trained on, after the mapping; with one, at that column before it. */
interface FilterCommon {
  /** What the waterfall calls it; default: what it does. */
  name?: string;
}
interface TextFilter extends FilterCommon {
  column?: string;
}

export type LengthFilter = TextFilter & {
  kind: 'length';
  unit: 'characters' | 'words' | 'tokens';
  min?: number;
  max?: number;
};
export type LanguageFilter = TextFilter & { kind: 'language'; keep: string[] };
/** Numbers, e.g. a difficulty or a score; cells that are no numbers are dropped. */
export type RangeFilter = FilterCommon & { kind: 'range'; column: string; min?: number; max?: number };
export type ValueFilter = FilterCommon & {
  kind: 'value';
  column: string;
  keep?: (string | number | boolean | null)[];
  drop?: (string | number | boolean | null)[];
};
/** Python's syntax; found anywhere in the text. */
export type RegexFilter = TextFilter & { kind: 'regex'; keep?: string; drop?: string; ignoreCase?: boolean };
export type QualityFilter = TextFilter & { kind: 'quality'; rules?: QualityRules };
export type Filter = LengthFilter | LanguageFilter | RangeFilter | ValueFilter | RegexFilter | QualityFilter;

/** Limits; an absent one is the default, null switches the rule off. */
export interface QualityRules {
  minWords?: number | null;
  minUniqueWords?: number | null;
  minMeanWordLength?: number | null;
  maxMeanWordLength?: number | null;
  maxSymbolShare?: number | null;
  minAlphabeticShare?: number | null;
  maxDuplicateLineShare?: number | null;
  maxRepeatedGramShare?: number | null;
  refusals?: boolean | null;
}

export interface RecipeSource {
  dataset: DatasetRef;
  mapping: Mapping;
  /** How many times each row is repeated; 1.5 is every row once and a seeded half of them twice. */
  weight: number;
  maxRows?: number;
  /** Rows left out because they overlap with the evaluation. */
  excludeRows: number[];
  filters?: Filter[];
  /** Its part of the mixture, in proportion to the other sources' shares. All sources have one, or none has. */
  share?: number;
}

/** Rows that a model wrote for the run, and what became of those that it was asked for. */
export interface GeneratedRows {
  /** Relative to the run's folder; what a recipe names it by. */
  file: string;
  sha256: string;
  teacher: string;
  rows: number;
  wanted: number;
  /** Rows that were refused, by reason. */
  rejected: Record<string, number>;
  /** `short`: some cells of the plan lack rows. */
  ended: 'complete' | 'short' | 'budget';
  inputTokens: number;
  outputTokens: number;
  usd: number | null;
  mapping: Mapping;

  // What follows is absent in runs of earlier versions.
  /** The proposal that says what they are for; its id. */
  proposal?: string;
  /** By cell of the plan. */
  coverage?: { cell: string; wanted: number; accepted: number }[];
  /** The first few, with where they come from. */
  examples?: GeneratedExample[];
}

export interface GeneratedExample {
  prompt: string;
  completion: string;
  /** As the endpoint named it. */
  model: string;
  cell: string;
  /** Names the request in the log of answers. */
  request: string;
  seed: number;
  verifiedBy: string | null;
}

export interface Recipe {
  seed: number;
  sources: RecipeSource[];
  /** Rows that are longer than this are left out instead of being cut in training. */
  maxTokens?: number;
  /** Counts the tokens: a model's folder on the box or its id; needed only where something is counted in tokens. */
  tokenizer?: string;
  dedup?: Dedup;
  caps?: { rows?: number; tokens?: number };
}

export interface Dedup {
  /** Leaves out rows that say the same as an earlier one, but for case and white space. */
  exact?: boolean;
  /** Leaves out rows whose word 5-grams are the same as an earlier one's to this share (Jaccard), e.g. 0.8. */
  near?: number;
  /** What is compared; default: the whole row. */
  by?: 'row' | 'prompt';
}

/** How many rows were left after a stage. */
export interface WaterfallStage {
  name: string;
  rows: number;
}

export interface SourceWaterfall {
  dataset: string;
  stages: WaterfallStage[];
  /** Rows that could not be mapped, by problem. */
  unmapped: Record<string, number>;
}

/** `artifacts/render.json` of the job that compiled a recipe: some rows over the whole of them through the model's own tokenizer. */
export interface RenderedSample {
  tokenizer: string;
  /** How many rows were looked at. */
  looked: number;
  /** Most rows first; `row` is the first that it was found in and `message` what was said of that. */
  findings: { rule: string; rows: number; row: number; message: string }[];
  /** A few, shortened. */
  rows: { row: number; tokens: number; spans: { text: string; trained: boolean }[] }[];
  /** Why none could be looked at. */
  problem?: string | undefined;
}

/** `artifacts/waterfall.json` of the job that compiled a recipe. */
export interface Waterfall {
  stages: WaterfallStage[];
  unmapped: Record<string, number>;
  sources: SourceWaterfall[];
  rows: number;
  /** Null where nothing asked for tokens to be counted. */
  tokens: number | null;
  /** SHA-256 of the training rows. */
  sha256: string;
}
