/** The event log's vocabulary. An event is a fact: it is appended, never changed; everything shown is reduced from these. */
import type { JobFailure, JobKind, JobState } from '../ports/box';
import type { DoctorCheck } from '../doctor/doctor';
import type { ErrorReason } from '../errors';
import type {
  Comparison,
  Decision,
  DataSheet,
  Fingerprints,
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
  TreeAsk,
  Verdict,
  Waterfall,
} from './types';
import type { Finding, Forecast, OomStep } from './training';

export const eventVersion = 1;

export interface ToolCall {
  id: string;
  name: string;
  args: Record<string, unknown>;
}

export interface PlanItem {
  text: string;
  state: 'todo' | 'doing' | 'done';
}

export type RunEnding = 'goal-met' | 'budget-spent' | 'agent-finished';

/** What an event of each type carries. */
export interface EventData {
  'run.created': { id: string; name: string; config: RunConfig };
  /** A process took the run up: at its start and at each resume. */
  'run.started': { by: 'cli' | 'editor'; process: number };
  'run.stopped': { by: 'person' | 'error' | 'approval'; message: string };
  'run.finished': { ending: RunEnding; summary: string };
  'phase.entered': { phase: Phase };
  'plan.updated': { items: PlanItem[] };
  'person.said': { text: string; source: 'goal' | 'program.md' | 'feedback' | 'service' };
  'model.replied': {
    text: string;
    toolCalls: ToolCall[];
    /** Calls whose arguments were not valid JSON, as the model sent them. */
    invalidCalls?: { id: string; name: string; args: string; error: string }[];
    inputTokens: number;
    outputTokens: number;
  };
  'tool.returned': {
    callId: string;
    name: string;
    ok: boolean;
    content: string;
    /** Where the full text lies when it was cut. */ fullText?: string;
  };
  'paper.noted': { id: string; title: string; url: string; claim: string; quote: string; place: string; file: string };
  'recipe-row.noted': { row: RecipeRow; file: string };
  'dataset.inspected': { sheet: DataSheet; file: string };
  'dataset.set-aside': { id: string; reason: string };
  'overlap.checked': { report: OverlapReport };
  /** A model wrote rows for the run, as was approved. */
  'rows.generated': { rows: GeneratedRows };
  /** What the teacher of a file was paid so far although the file was not finished: in all, not since the last time. */
  'teacher.paid': { file: string; inputTokens: number; outputTokens: number };
  'proposal.made': { proposal: Proposal };
  'proposal.decided': { decision: Decision };
  'benchmark.loaded': {
    name: string;
    metric: string;
    itemsHash: string;
    /** Absent without settings, and in logs of older versions. */
    settingsHash?: string;
    items: number;
    dev: number;
    promotion: number;
    /** What blind guessing scores on each split; null where answers are open, absent in runs of earlier versions. */
    guess?: Record<Split, GuessRate | null>;
    /** Both absent in runs of earlier versions. */
    askedWith?: AskedWith;
    published?: PublishedScore[];
  };
  'environment.ready': { name: string; hash: string; packages: number };
  /** `licence`: as its card says; absent in earlier versions, null where it says none. */
  'base-model.ready': {
    path: string;
    revision: string;
    weightsHash: string;
    parameters: number | null;
    licence?: string | null;
  };
  'job.submitted': {
    id: string;
    kind: JobKind;
    experiment: string | null;
    /** The experiment whose script it only tries; logs of older versions have none. */
    trialOf?: string;
    contentHash: string;
    capSeconds: number;
    folder: string;
  };
  'job.changed': {
    id: string;
    state: JobState;
    /** What the job waits for, or since when it stalls; logs of older versions have none. */
    note?: string | null;
    startedAt: number | null;
    endedAt: number | null;
    wallSeconds: number;
    gpuSeconds: number;
    failure: JobFailure | null;
  };
  'box.contact': { state: 'connected' | 'lost' | 'regained'; message: string };
  'experiment.created': {
    id: string;
    slug: string;
    parent: string | null;
    hypothesis: string;
    recipe: Recipe;
    config: Record<string, unknown>;
    scriptHash: string;
    /** SHA-256 of the script alone; logs of older versions have none. */
    codeHash?: string;
    /** The experiment that it repeats with another seed. */
    repeats?: string;
    folder: string;
  };
  /** Where the rows of an experiment's recipe went, as the job that compiled it counted, and how its model sees them. */
  'recipe.compiled': {
    experiment: string;
    job: string;
    waterfall: Waterfall;
    /** Absent where the rows were not rendered. */
    rendered?: RenderedSample | undefined;
  };
  /** What a trial of an experiment's script, `job`, says of its training. */
  'experiment.forecast': { experiment: string; job: string; forecast: Forecast };
  /** Memory ran out: the training goes on with the next of the configurations that were approved. */
  'oom.step': OomStep;
  /** A rule saw something in a job's metrics. */
  'job.flagged': { job: string; finding: Finding };
  /** `experiment` is `baseline` for the base model. */
  'experiment.scored': {
    experiment: string;
    split: Split;
    job: string;
    score: Score;
    comparison: Comparison | null;
    toBaseline: Comparison | null;
    /** What the score was measured with; logs of older versions have none. */
    fingerprints?: Fingerprints;
  };
  /** The dev score of an experiment and its repeats together, `of` them; `score.seeds` are those of their trainings. */
  'seeds.pooled': { experiment: string; of: string[]; score: Score; toBaseline: Comparison | null };
  'reference.scored': { reference: ReferenceScore };
  'experiment.closed': { experiment: string; outcome: 'promising' | 'not promoted' | 'failed'; note: string };
  /** The doctor looked at an experiment's model. */
  'doctor.checked': { experiment: string; job: string; ok: boolean; checks: DoctorCheck[] };
  /** A person's wish about the tree of experiments. */
  'tree.asked': TreeAsk;
  /** The agent considers its work done. */
  'agent.finished': { summary: string; best: string | null };
  'promotion.decided': {
    experiment: string | null;
    verdict: Verdict | null;
    baseline: Score;
    best: Score;
    difference: Comparison | null;
    reason: string;
  };
  'problem.raised': { reason: ErrorReason; message: string; next: string };
  'report.written': { file: string };
  /** Exactly what a person approved lies on a Hub. */
  'publication.made': Publication;
}

export type EventType = keyof EventData;

export type RunEvent = {
  [T in EventType]: { v: number; seq: number; time: string; type: T; data: EventData[T] };
}[EventType];

/** An event of a type that a newer version wrote: kept in the log and skipped by the reducer. */
export interface UnknownEvent {
  v: number;
  seq: number;
  time: string;
  type: string;
  data: unknown;
}

export type AnyEvent = RunEvent | UnknownEvent;
