/** The words of a run: what is pursued, what was measured, what was decided. Plain data, written to the event log as it stands. */
import type { EvaluatorSettings, Sampling } from './evaluator-settings';
import type { StopRules } from '../ports/box';
import type { Row } from '../ports/rows';
import type { ScriptFinding } from '../ports/script-lints';
import type { Mapping, Recipe, RecipeSource } from './recipe';
import type { Forecast, Rung } from './training';
import type { WatchRule } from './watch-rules';

export type { GeneratedRows, Mapping, Recipe, RecipeSource, RenderedSample, Waterfall } from './recipe';

export type Autonomy = 'ask-everything' | 'ask-data-and-scripts' | 'autopilot';
export type Phase = 'research' | 'data' | 'baseline' | 'experiments' | 'promotion' | 'report';
export const phases: readonly Phase[] = ['research', 'data', 'baseline', 'experiments', 'promotion', 'report'];

/** Caps; a missing one is not capped. */
export interface Budget {
  wallHours: number;
  gpuHours?: number;
  modelTokens: number;
  /** Most experiments to try. */
  experiments: number;
}

export interface RunConfig {
  goal: string;
  baseModel: string;
  /** Path of the benchmark's items (.jsonl), relative to the workspace or absolute; or the name of a preset. */
  benchmark: string;
  /** Where a preset's items come from, as they were when the run began. */
  benchmarkSource?: BenchmarkSource;
  /** `local`, or a host as `ssh` knows it. */
  box: string;
  /** Folders of the box whose data files the agent may look at; absent: none. */
  boxData?: string[];
  budget: Budget;
  autonomy: Autonomy;
  /** Stop early when the dev score's lower bound reaches this. */
  target?: number;
  seed: number;
  /** How long each new idea may train before its score speaks for more; absent in runs of earlier versions: as long as the budget allows. */
  pilotSeconds?: number;
  /** Rules that end a training when they see something in its metrics; the others only tell. Absent in runs of earlier versions: none ends any. */
  stopOn?: WatchRule[];
  model: { baseUrl: string; name: string };
  /** The base model's official instruct model, in place of the one that the benchmark's settings name. */
  instructModel?: string;
  /** Grades rubrics, in place of the judge that the benchmark's settings name. Its key is a secret of the evaluation's job. */
  judge?: { url: string; model: string };
  /** Set when this run lives in the practice world. */
  practice?: { seed: number };
  /** Versions of the product and the environments that made the run. */
  versions: Record<string, string>;
}

/** A dataset of the Hub at a commit. */
export interface BenchmarkSource {
  dataset: string;
  revision: string;
  /** Of the examples that are shown before each question. */
  examples?: Omit<BenchmarkSource, 'examples'> | undefined;
}

/** A benchmark as read from its file; items stay in the file. */
export interface Benchmark extends EvaluatorSettings {
  name: string;
  metric: string;
  prompt: string;
  answerPattern: string;
  options?: string[];
  maxTokens: number;
  itemsHash: string;
  /** Of everything but the items: prompt, sampling, examples, template, judge. */
  settingsHash?: string;
  items: number;
  /** What its scores are shown beside. */
  references?: { shots?: number | undefined; instruct?: string | undefined } | undefined;
}

export interface BenchmarkItem {
  id: string;
  question: string;
  /** Empty where a program's tests or a judge decide. */
  answer: string;
  choices?: string[] | undefined;
  solution?: string | undefined;
  tests?: string | undefined;
  entryPoint?: string | undefined;
  rubric?: { criterion: string; points: number }[] | undefined;
  /** The answer that a judge compares with. */
  against?: string | undefined;
  messages?: { role: string; content: string }[] | undefined;
  /** What a scorer of inspect reads. */
  metadata?: Record<string, unknown> | undefined;
}

export type Split = 'dev' | 'promotion';

export interface Score {
  metric: string;
  value: number;
  /** 95 % interval (Wilson for proportions). */
  low: number;
  high: number;
  n: number;
  seeds: number[];
  /** Share of answers that could not be parsed. */
  invalidShare: number;
  truncatedShare: number;
  meanTokens: number;
  /** How the interval was made; absent: Wilson's. */
  method?: string;
  /** Answers that no grade could be got for, e.g. from a judge; they count in nothing. Absent: none. */
  ungraded?: number;
  /** The evaluation was stopped early, being hopeless `behind` a model: this many `of` the items were asked. Absent: all. */
  partial?: { asked: number; of: number; behind: string };
}

/** A score to be compared with by eye: it takes part in no test and no choice. On dev items, never changed. */
export interface ReferenceScore {
  /** The base model after some solved examples, or the official instruct model. */
  kind: 'few-shot' | 'instruct';
  model: string;
  job: string;
  score: Score;
  /** Dev items that were shown, and so not asked. */
  examples?: { n: number; ids: string[]; hash: string } | undefined;
  fingerprints: Fingerprints;
}

/** What others published of a benchmark; measured by them, in their way. */
export interface PublishedScore {
  model: string;
  value: number;
  source: string;
}

/** How a benchmark asks, as far as a reader of its scores must know it. */
export interface AskedWith {
  prompt: string;
  system?: string | undefined;
  maxTokens: number;
  sampling: Sampling;
  /** `own`: one that comes with the benchmark. */
  template: 'none' | 'model' | 'own';
  /** Solved ones before each question. */
  examples: number;
  by?: 'generation' | 'likelihood' | undefined;
  judge?: { model: string; temperature: number } | undefined;
}

/** What blind guessing would score. */
export interface GuessRate {
  value: number;
  /** Of the scores that guessing gets on as many items, 95 % lie between these. */
  low: number;
  high: number;
  /** What always giving the commonest answer scores. */
  commonest: number;
  n: number;
}

/** A difference with its 95 % interval. */
export interface Difference {
  difference: number;
  low: number;
  high: number;
}

export type Verdict = 'better' | 'worse' | 'no evidence';

/** A paired comparison over the same items. */
export interface Comparison extends Difference {
  against: string;
  n: number;
  pValue: number;
  /** The p-value after the correction for all comparisons that the run may make; the verdict goes by it. */
  adjustedP?: number;
  method: string;
  verdict: Verdict;
  /** Items that went from an invalid to a right answer, from a valid wrong to a right one, and from right to not right. */
  repaired: number;
  learned: number;
  lost: number;
  /** The two parts of the difference: from answers that became or ceased to be readable, and from the others. */
  format?: Difference;
  knowledge?: Difference;
}

/** Hashes of what a score was measured with, as the evaluator on the box found them. */
export interface Fingerprints {
  evaluatorHash: string;
  itemsHash: string;
  chatTemplateHash: string;
  modelHash: string;
}

/** One evaluation item's outcome, the evidence behind a score. */
export interface ItemResult {
  id: string;
  answer: string | null;
  correct: boolean;
  valid: boolean;
  truncated: boolean;
  tokens: number;
  /** From 0 to 1, where answers are graded; null where no grade could be got. */
  score?: number | null | undefined;
}

export type LicenceVerdict = 'allow' | 'ask' | 'deny';

/** Where a licence is stated, and what is stated there. */
export interface LicenceSource {
  /** In words: the card, its tags, the README's text, the file LICENSE, the column `license`. */
  where: string;
  /** As on the Hub: SPDX in lower case where there is such an id. */
  licences: string[];
  /** For a licence that has only a name and a place of its own. */
  name?: string;
  link?: string;
  /** Of a column with more different licences than are kept: so many of its cells were not judged. */
  unread?: number;
}

export interface Quantiles {
  p50: number;
  p90: number;
  p99: number;
  max: number;
}

export interface DataSheet {
  id: string;
  revision: string;
  licence: string | null;
  licenceVerdict: LicenceVerdict;
  gated: boolean;
  downloads: number;
  likes: number;
  splits: { config: string; split: string; rows: number | null }[];
  columns: { name: string; type: string }[];
  format: string;
  /** Of the sampled rows. */
  sampled: number;
  /** Exact copies. */
  duplicateShare: number;
  emptyShare: number;
  meanCharacters: number;
  /** What a reader should know before using it. */
  remarks: string[];

  /** Where jobs read it, when it is a file. */
  file?: string;

  // What follows is absent in runs of earlier versions. Shares are of the sampled rows, from 0 to 1.
  config?: string;
  split?: string;
  /** In the split; null where nothing tells. */
  rows?: number | null;
  bytes?: number | null;
  /** In words: where the rows were read. */
  from?: string;
  /** Every row of the split was looked at. */
  complete?: boolean;
  licenceSources?: LicenceSource[];
  /** What contradicts what, in a sentence. */
  licenceConflict?: string;
  /** Which place states a licence that the policy denies, and which one. */
  licenceDenied?: string;
  /** What the licences ask of everything made from the data. */
  obligations?: LicenceObligation[];
  /** How its authors grant access, and how to get it. */
  gating?: { kind: 'auto' | 'manual'; how: string };
  /** Of a row as the mapping makes it, else of its whole text. */
  lengths?: { characters: Quantiles; tokens: Quantiles & { tokenizer: string; estimated: boolean } };
  /** ISO 639-1, the commonest first. */
  languages?: { language: string; share: number }[];
  duplicates?: { exact: number; near: number; method: string };
  /** Share of rows in which the column is empty; columns without any are left out. */
  empty?: { column: string; share: number }[];
  /** Rows with a cell that came shortened. */
  truncated?: number;
  wouldBeCut?: { maxTokens: number; share: number };
  /** Share of rows that the mapping makes training rows of. */
  usableShare?: number;
  formatConfidence?: number;
  mapping?: Mapping | null;
  /** Bad lines, and rows that the mapping cannot use, by the kind of problem. */
  problems?: { what: string; count: number; example?: string }[];
}

export type LicenceObligation = 'attribution' | 'share-alike' | 'non-commercial' | 'no-derivatives' | 'own-terms';

/** What a paper says of one thing, with the words that say so and where they stand. */
export interface RecipeCell {
  value: string;
  /** As found in the paper's text. */
  quote: string;
  /** Id of the section, for reading on. */
  section: string;
  /** Title of the section. */
  place: string;
}

/** One recipe of the literature: a result, and what it was reached with. null: the paper does not say, or nobody noted it. */
export interface RecipeRow {
  id: string;
  paper: { id: string; title: string; url: string };
  result: RecipeCell;
  baseModel: RecipeCell | null;
  data: RecipeCell[];
  method: RecipeCell | null;
  hyperparameters: (RecipeCell & { name: string })[];
}

export interface OverlapHit {
  row: number;
  item: number;
  score: number;
  kind: 'verbatim' | 'near' | 'answer';
}

export type OverlapKind = 'verbatim' | 'near' | 'answer' | 'semantic';

export interface OverlapReport {
  dataset: string;
  revision: string;
  config: string;
  split: string;
  rows: number;
  items: number;
  hits: number;
  flaggedRows: number[];
  /** What was compared; absent: every text column. */
  columns?: string[];
  /** Over three hits: a person must decide, or the rows must be left out. */
  blocked: boolean;
  examples: {
    row: number;
    item: number;
    score: number;
    kind?: OverlapKind | undefined;
    rowText: string;
    itemText: string;
  }[];
  /** Hits by kind. */
  kinds?: Partial<Record<OverlapKind, number>>;
  /** What names give away, e.g. that a source is derived from the evaluation. */
  remarks?: string[];
}

/** What a mapping makes of the rows that were kept to look at. */
export interface MappingUse {
  looked: number;
  mapped: number;
  /** Why rows cannot be used, the commonest first. */
  unmapped: { problem: string; rows: number }[];
  /** Rows that can be used, with more tokens than are trained on. */
  cut: { maxTokens: number; rows: number; estimated: boolean };
}

export type ProposalKind = 'dataset' | 'script' | 'launch' | 'spend' | 'publish';

/** Rows of at most `to` tokens in place of `from`, as in the experiment `after` which this comes. */
export interface ShorterRows {
  after: string;
  from: number;
  to: number;
}

export interface Proposal {
  /** The tool call's id, so that a repeated call finds its decision. */
  id: string;
  kind: ProposalKind;
  /** SHA-256 of exactly what will be used. */
  hash: string;
  title: string;
  /** Why, in the agent's words. */
  why: string;
  /** What the person decides about; by kind: dataset id and sheet, script text, job content. */
  subject: ProposalSubject;
}

export type ProposalSubject =
  | {
      kind: 'dataset';
      sheet: DataSheet;
      source: RecipeSource;
      overlap: OverlapReport | null;
      /** Of the mapping as proposed; absent in runs of earlier versions. */
      use?: MappingUse;
      /** A few rows as they were read, to show what the mapping makes of them; no part of what is approved. */
      rows?: Row[];
    }
  | {
      kind: 'script';
      experiment: string;
      script: string;
      config: Record<string, unknown>;
      recipe: Recipe;
      parent: string | null;
      parentScript: string | null;
      /** The experiment that this one only repeats with another seed. */
      repeats?: string;
      /** What is doubtful in the script, by the check before it was proposed; absent: it could not be checked. */
      findings?: ScriptFinding[];
      /** What could not be checked of it and why; absent: all was, or the run is of an earlier version. */
      unchecked?: string;
      /** It trains on shorter rows than an experiment that ran out of memory: a person decides. */
      shorter?: ShorterRows;
    }
  | {
      kind: 'launch';
      experiment: string;
      steps: string[][];
      environment: string;
      capSeconds: number;
      /** How many GPUs it takes, how it uses them, and when it ends itself; absent in runs of earlier versions. */
      gpus?: number;
      plan?: string;
      rules?: StopRules;
      /** For each step the names of the secrets that it sees; absent in runs of earlier versions. */
      secrets?: string[][];
      /** Not the training itself but a trial of its script before it, which measures its time and memory. */
      trial?: true;
      /** Whether it trains as a pilot or at full length; absent in runs of earlier versions. */
      stage?: 'pilot' | 'full';
      /** What a trial of the script says of the training. */
      forecast?: Forecast;
      /** Where memory may run out: the configurations to train with, one after the other; the first one runs. */
      ladder?: Rung[];
    }
  /** `details` is Markdown: all that the money is for, word for word, e.g. the plan and the prompts of generated rows. */
  | { kind: 'spend'; what: string; amount: string; details?: string }
  /** `details` is Markdown: the files, the terms of the data and whatever else was shown. */
  | { kind: 'publish'; target: string; what: string; details?: string };

/** A repository of a Hub that holds what a run made. */
export interface Publication {
  kind: 'model' | 'space';
  experiment: string;
  /** Base URL. */
  hub: string;
  /** `owner/name`. */
  repo: string;
  visibility: Visibility;
  /** The commit that was made, and where to look at it. */
  commit: string;
  url: string;
  /** Of what was approved. */
  hash: string;
  files: number;
  bytes: number;
}

export type Visibility = 'private' | 'public';

export interface Decision {
  proposal: string;
  /** The hash that was shown. */
  hash: string;
  verdict: 'approve' | 'reject';
  /** Set when the person changed the script, or how a dataset's rows are used, before approving: what was approved instead. */
  edited?: { hash: string; script?: string; source?: RecipeSource };
  /** Rejected for good: no run of the workspace may propose this dataset again. */
  never?: true;
  by: 'person' | 'policy';
  /** Which rule decided, when the policy did. */
  rule?: string;
  reason?: string;
  surface?: string;
}

/** What a person asks of the tree of experiments. */
export type TreeAction = 'branch' | 'repeat' | 'prune';

export interface TreeAsk {
  action: TreeAction;
  experiment: string;
  /** In the person's words; may be empty. */
  note: string;
}
