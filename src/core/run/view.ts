/** What a run looks like at one moment: the only thing that surfaces (panel, trees, CLI, report) read. */
import type { DoctorCheck } from '../doctor/doctor';
import type { JobFailure, JobKind, JobState } from '../ports/box';
import type { PlanItem, RunEnding } from './events';
import type { Finding, Forecast, OomStep } from './training';
import type {
  Comparison,
  DataSheet,
  Decision,
  GeneratedRows,
  GuessRate,
  AskedWith,
  PublishedScore,
  OverlapReport,
  Phase,
  Proposal,
  Publication,
  Recipe,
  RecipeRow,
  ReferenceScore,
  RenderedSample,
  RunConfig,
  Score,
  Split,
  Verdict,
  Waterfall,
} from './types';

/** `waiting`: at least one proposal needs a person. A log that ends without a stop stays `running`: `RunSummary.active` says whether a process drives it. */
export type RunState = 'new' | 'running' | 'waiting' | 'stopped' | 'finished';

export interface ProposalView {
  proposal: Proposal;
  madeAt: string;
  decision: Decision | null;
}

export interface PaperView {
  id: string;
  title: string;
  url: string;
  notes: { claim: string; quote: string; place: string }[];
}

export interface DatasetView {
  id: string;
  sheet: DataSheet | null;
  overlap: OverlapReport | null;
  status: 'seen' | 'proposed' | 'used' | 'refused';
  /** Why picked, or why refused. */
  reason: string;
  decidedBy: 'person' | 'policy' | 'agent' | null;
}

export interface JobView {
  id: string;
  kind: JobKind;
  experiment: string | null;
  /** The experiment whose script it only tried: nothing that it trained is kept. */
  trialOf?: string;
  state: JobState;
  /** What it waits for, or since when it stalls. */
  note: string | null;
  capSeconds: number;
  wallSeconds: number;
  gpuSeconds: number;
  startedAt: number | null;
  endedAt: number | null;
  failure: JobFailure | null;
  /** Folder of the tailed copies, relative to the run's folder. */
  folder: string;
  /** What rules saw in its metrics; absent: nothing. */
  findings?: Finding[];
}

export interface PooledScore {
  /** The experiments behind it. */
  of: string[];
  /** Its seeds are those of the trainings. */
  score: Score;
  toBaseline: Comparison | null;
}

export interface ExperimentView {
  id: string;
  slug: string;
  parent: string | null;
  hypothesis: string;
  recipe: Recipe;
  config: Record<string, unknown>;
  /** Of script, configuration and recipe together. */
  scriptHash: string;
  /** Of the script alone; absent in runs of earlier versions. */
  codeHash?: string;
  /** The experiment that it repeats with another seed. */
  repeats?: string;
  folder: string;
  jobs: string[];
  /** Where the rows of its recipe went; null until its job has compiled it. */
  waterfall: Waterfall | null;
  /** Some of its rows as the model sees them; null where they were not rendered. */
  rendered: RenderedSample | null;
  /** What a trial says of its training; absent where none was needed. */
  forecast?: Forecast;
  /** How its configuration was changed because memory ran out, the last one being what was used. */
  oomSteps?: OomStep[];
  dev: Score | null;
  /** Against the parent, on dev items. */
  comparison: Comparison | null;
  toBaseline: Comparison | null;
  /** The dev score over all seeds that it was trained with; absent until there are several. */
  pooled?: PooledScore;
  promotion: Score | null;
  /** Absent until the doctor has looked at its model. */
  doctor?: { job: string; ok: boolean; checks: DoctorCheck[] } | undefined;
  /** A person stopped the work on it, or on one that it descends from. */
  pruned?: true;
  outcome: 'open' | 'promising' | 'not promoted' | 'failed' | 'promoted';
  note: string;
}

/** The best model so far that the doctor passed; it stays on the box. */
export interface LastGood {
  experiment: string;
  /** The job that trained it; the model is in its `artifacts/model`. */
  job: string;
  dev: Score | null;
  why: 'promoted' | 'examined';
}

export interface PromotionView {
  experiment: string | null;
  verdict: Verdict | null;
  baseline: Score;
  best: Score;
  difference: Comparison | null;
  reason: string;
}

export interface PublicationView extends Publication {
  time: string;
}

export interface Spend {
  wallSeconds: number;
  gpuSeconds: number;
  /** Seconds of jobs on the box, with or without a GPU. */
  boxSeconds: number;
  inputTokens: number;
  outputTokens: number;
  experiments: number;
}

export interface Problem {
  time: string;
  reason: string;
  message: string;
  next: string;
}

export interface TalkItem {
  seq: number;
  time: string;
  who: 'agent' | 'person' | 'tool';
  text: string;
}

export interface RunView {
  id: string;
  name: string;
  config: RunConfig | null;
  state: RunState;
  phase: Phase | null;
  createdAt: string | null;
  lastSeq: number;
  lastTime: string | null;
  plan: PlanItem[];
  papers: PaperView[];
  /** What the literature says worked, each row with its quotes. */
  recipeTable: RecipeRow[];
  /** As its card says; null where that says none, or nobody looked. */
  baseModelLicence: string | null;
  datasets: DatasetView[];
  /** Files of rows that a model wrote for the run. */
  generated: GeneratedRows[];
  /** What teachers were paid, by the file that they wrote or were to write; it is part of `spend`. */
  taught: Record<string, { inputTokens: number; outputTokens: number }>;
  proposals: ProposalView[];
  experiments: ExperimentView[];
  baseline: { dev: Score | null; promotion: Score | null };
  /** Scores to be compared with by eye, on dev items. */
  references: ReferenceScore[];
  /** What blind guessing scores; null where the answers are open. */
  guess: Record<Split, GuessRate | null>;
  /** Null in runs of earlier versions. */
  askedWith: AskedWith | null;
  /** Of a preset: figures of others, to be compared with by eye. */
  published: PublishedScore[];
  /** How often models were scored on each split: every look at the promotion items wears them out a little. */
  queries: Record<Split, number>;
  jobs: JobView[];
  /** What the agent said when it considered its work done. */
  finish: { summary: string; best: string | null } | null;
  promotion: PromotionView | null;
  /** Null: the base model is. */
  lastGood: LastGood | null;
  /** The experiment whose model the box keeps from being cleared away: the one that the doctor passed last. */
  held: string | null;
  /** What was pushed to a Hub, oldest first. */
  publications: PublicationView[];
  spend: Spend;
  problems: Problem[];
  /** The latest things said and done, oldest first; bounded. */
  talk: TalkItem[];
  ending: RunEnding | null;
  summary: string;
  contact: 'connected' | 'lost';
  report: string | null;
}
