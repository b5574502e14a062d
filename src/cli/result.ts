/** What a run came to, as one JSON object for machines. Pure. */
import type { Comparison, ReferenceScore, Score } from '../core/run/types';
import type { ExperimentView, RunView } from '../core/run/view';

export interface ScoreResult {
  metric: string;
  value: number;
  low: number;
  high: number;
  n: number;
  seeds: number[];
  invalidShare: number;
  truncatedShare: number;
  meanTokens: number;
  partial?: Score['partial'];
  ungraded?: number;
}

export interface DifferenceResult {
  value: number;
  low: number;
  high: number;
}

export interface ExperimentResult {
  id: string;
  parent: string | null;
  hypothesis: string;
  /** On the dev items. */
  score: ScoreResult | null;
  toParent: (DifferenceResult & { against: string; verdict: string }) | null;
  outcome: string;
}

export interface RunResult {
  runId: string;
  folder: string;
  baseline: ScoreResult | null;
  best: ScoreResult | null;
  difference: DifferenceResult | null;
  /** On the dev items, to compare with. */
  references: { kind: ReferenceScore['kind']; model: string; score: ScoreResult }[];
  experiments: ExperimentResult[];
  datasets: { used: string[]; refused: { id: string; reason: string }[] };
  wallSeconds: number;
  tokens: number;
  standIns: string[];
}

export function runResult(view: RunView, folder: string, standIns: readonly string[]): RunResult {
  const { promotion, spend } = view;
  return {
    runId: view.id,
    folder,
    baseline: scoreOrNull(promotion?.baseline ?? view.baseline.promotion ?? view.baseline.dev),
    best: scoreOrNull(promotion?.best ?? null),
    difference: differenceResult(promotion?.difference ?? null),
    references: view.references.map(({ kind, model, score }) => ({ kind, model, score: scoreResult(score) })),
    experiments: view.experiments.map(experimentResult),
    datasets: {
      used: view.datasets.filter(({ status }) => status === 'used').map(({ id }) => id),
      refused: view.datasets.filter(({ status }) => status === 'refused').map(({ id, reason }) => ({ id, reason })),
    },
    wallSeconds: Math.round(spend.wallSeconds),
    tokens: spend.inputTokens + spend.outputTokens,
    standIns: [...standIns],
  };
}

function scoreOrNull(score: Score | null): ScoreResult | null {
  return score && scoreResult(score);
}

function scoreResult(score: Score): ScoreResult {
  const { metric, value, low, high, n, seeds, invalidShare, truncatedShare, meanTokens, partial, ungraded } = score;
  return {
    ...{ metric, value, low, high, n, seeds, invalidShare, truncatedShare, meanTokens },
    ...(partial ? { partial } : {}),
    ...(ungraded === undefined ? {} : { ungraded }),
  };
}

function differenceResult(comparison: Comparison | null): DifferenceResult | null {
  return comparison && { value: comparison.difference, low: comparison.low, high: comparison.high };
}

function experimentResult(experiment: ExperimentView): ExperimentResult {
  const { id, parent, hypothesis, dev, comparison, outcome } = experiment;
  const difference = differenceResult(comparison);
  return {
    id,
    parent,
    hypothesis,
    score: scoreOrNull(dev),
    toParent: comparison && difference && { against: comparison.against, verdict: comparison.verdict, ...difference },
    outcome,
  };
}
