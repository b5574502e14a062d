/** The budget meter: pure arithmetic over what the log says was spent. */
import type { Budget } from './types';
import type { RunView, Spend } from './view';

export interface Remaining {
  wallSeconds: number;
  gpuSeconds: number;
  tokens: number;
  experiments: number;
}

/** Spend up to `now`: the log counts time at its events, so the time since the last one is added. */
export function spendAt(view: RunView, now: number): Spend {
  if (view.state !== 'running' || view.lastTime === null) return view.spend;
  const since = Math.max(0, (now - Date.parse(view.lastTime)) / 1000);
  return { ...view.spend, wallSeconds: view.spend.wallSeconds + since };
}

export function remaining(budget: Budget, spend: Spend): Remaining {
  return {
    wallSeconds: Math.max(0, budget.wallHours * 3600 - spend.wallSeconds),
    gpuSeconds: budget.gpuHours === undefined ? Infinity : Math.max(0, budget.gpuHours * 3600 - spend.gpuSeconds),
    tokens: Math.max(0, budget.modelTokens - spend.inputTokens - spend.outputTokens),
    experiments: Math.max(0, budget.experiments - spend.experiments),
  };
}

/** Which cap is reached, in words, or undefined. Experiments are not counted: the last one may still be finished. */
export function spentCap(budget: Budget, spend: Spend): string | undefined {
  const left = remaining(budget, spend);
  if (left.wallSeconds <= 0) return `the wall-clock budget of ${budget.wallHours} h`;
  if (left.gpuSeconds <= 0) return `the GPU budget of ${budget.gpuHours ?? 0} h`;
  if (left.tokens <= 0) return `the budget of ${budget.modelTokens} model tokens`;
  return undefined;
}

/** For the agent: rounded, so that it plans with what is left. */
export function budgetFacts(budget: Budget, spend: Spend): Record<string, number> {
  const left = remaining(budget, spend);
  return {
    minutesLeft: Math.floor(left.wallSeconds / 60),
    experimentsLeft: left.experiments,
    tokensLeft: left.tokens,
    ...(Number.isFinite(left.gpuSeconds) ? { gpuMinutesLeft: Math.floor(left.gpuSeconds / 60) } : {}),
  };
}
