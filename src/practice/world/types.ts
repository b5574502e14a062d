/** What the practice world holds: everything its servers, its benchmark and its base model are made from. */
import type { BenchmarkItem } from '../../core/run/types';
import type { WorldDataset, WorldDocPage, WorldModel, WorldPaper, WorldRepository } from '../servers/content';

/** Why a dataset is in the world. For tests only: nothing that the agent sees may show it. */
export type DatasetRole = 'helpful' | 'wrong-format' | 'noisy' | 'forbidden' | 'contaminated' | 'irrelevant';

export type WorldRow = Record<string, string>;

export interface PracticeDataset extends WorldDataset {
  role: DatasetRole;
  /** The rows in `data/train.jsonl` (config `default`, split `train`). */
  rows: WorldRow[];
}

/** The optional `.json` beside a benchmark's `.jsonl`. */
export interface BenchmarkSettings {
  name: string;
  description: string;
  licence: string;
  metric: 'exact';
  prompt: string;
  answerPattern: string;
  options: string[];
  maxTokens: number;
  references: { shots: number };
}

/** For so many tokens, only the first so many lines of the corpus are read. */
export interface Stage {
  lines: number;
  tokens: number;
}

/** How `box/practice/pretrain.py` is to train the base model; `seed` and file names are added by who starts it. */
export interface Pretraining {
  /** In all. */
  tokens: number;
  /** Before all lines are read. */
  stages: Stage[];
  batch_lines: number;
  learning_rate: number;
  hidden_size: number;
  intermediate_size: number;
  layers: number;
  heads: number;
}

export interface PracticeWorld {
  seed: number;
  /** Lines of text that the base model is pretrained on. */
  corpus: string[];
  pretraining: Pretraining;
  /** Every word that occurs anywhere in the world, sorted: the tokenizer's vocabulary. */
  vocabulary: string[];
  benchmark: { items: BenchmarkItem[]; settings: BenchmarkSettings };
  datasets: PracticeDataset[];
  papers: WorldPaper[];
  docs: readonly WorldDocPage[];
  repositories: readonly WorldRepository[];
  /** The base model's page on the miniature Hub, but for the folder where its files will lie. */
  baseModel: Omit<WorldModel, 'folder'>;
}
