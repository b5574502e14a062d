/** What a surface (editor, CLI) may do with runs. Implemented by `src/app`; surfaces know only this. */
import type { NeverEntry } from '../approvals/never';
import type { PreviewAnswer } from '../approvals/source-preview';
import type { TelemetryPart } from './telemetry';
import type { Decision, Proposal, Publication, RunConfig, TreeAsk } from './types';
import type { RunView } from './view';

export interface MetricPoint {
  time: number;
  step: number;
  total_steps?: number;
  epoch?: number;
  loss?: number;
  learning_rate?: number;
  grad_norm?: number;
  tokens?: number;
  eval_loss?: number;
  eta_seconds?: number;
  /** Mean reward of a step, where the training has one. */
  reward?: number;
  /** Names of metrics that were NaN or infinite, and so have no value. */
  non_finite?: string[];
}

export interface RunSummary {
  id: string;
  name: string;
  goal: string;
  state: RunView['state'];
  phase: RunView['phase'];
  createdAt: string | null;
  /** True while a process on this machine holds the run's lock. */
  active: boolean;
}

/** A decision as a surface gives it; the broker adds the rest. */
export interface DecisionInput {
  verdict: Decision['verdict'];
  /** Hash that the person saw; a decision for another hash is refused. */
  hash: string;
  reason?: string;
  /** New script text for "edit then approve". */
  editedScript?: string;
  /** How the rows are to be used, for a dataset that is edited and then approved: JSON as `sourceText` writes it. */
  editedSource?: string;
  /** With a rejection of a dataset: never to be proposed again in this workspace. */
  never?: boolean;
  surface: string;
}

/** A run that this process drives. */
export interface RunHandle {
  readonly id: string;
  view(): RunView;
  /** Called after each appended event; returns the unsubscribe function. */
  onChange(listener: (view: RunView) => void): () => void;
  /** Live metric points per job, and text that the model streams. */
  onMetrics(listener: (job: string, points: MetricPoint[]) => void): () => void;
  onSpeech(listener: (text: string) => void): () => void;
  /** Idempotent: the first decision stands and is returned. */
  decide(proposal: string, decision: DecisionInput): Promise<Decision>;
  /** Feedback for the agent, read before its next step. */
  say(text: string): Promise<void>;
  stop(): Promise<void>;
  /** Settles when the run has finished or stopped; never rejects. */
  readonly done: Promise<RunView>;
}

export interface Runs {
  list(): Promise<RunSummary[]>;
  /** Replays a run's log; the view of a run that nobody drives too. */
  view(id: string): Promise<RunView>;
  /** Folder of a run, for people. */
  folder(id: string): string;
  /** Metric points of a job from the tailed copy. */
  metrics(id: string, job: string): Promise<MetricPoint[]>;
  /** A part of what the machine did while a job ran, from a byte of the tailed copy on; null: the latest that is of use. */
  telemetry(id: string, job: string, from: number | null): Promise<TelemetryPart>;
  start(config: RunConfig): Promise<RunHandle>;
  resume(id: string): Promise<RunHandle>;
  /** Records a decision for a run that nobody drives. */
  decide(id: string, proposal: string, decision: DecisionInput): Promise<Decision>;
  /** What a person's version of a proposed dataset's use makes of its rows; text as for `editedSource`. */
  previewSource(id: string, proposal: string, text: string): Promise<PreviewAnswer>;
  /** A person's wish about the tree of experiments; the agent reads it before its next step. */
  askOfTree(id: string, ask: TreeAsk): Promise<void>;
  /** A person approves that exactly this is pushed to a Hub; refused while a process drives the run. */
  approvePublication(id: string, proposal: Proposal, surface: string): Promise<void>;
  /** It lies there. */
  recordPublication(id: string, publication: Publication): Promise<void>;
  /** Datasets that are never to be proposed again. */
  never(): Promise<NeverEntry[]>;
  /** Takes a dataset off that list; false where it was not on it. */
  allowAgain(dataset: string): Promise<boolean>;
  /** Runs driven by this process. */
  active(): RunHandle[];
  onDidChange(listener: () => void): () => void;
  /** Lets go of every run (jobs on the box go on). */
  dispose(): Promise<void>;
}
