/** Judges what a trial measured: whether the training fits its deadline and the memory, and what would. */
import { z } from 'zod';
import { MlInternError } from '../errors';
import type { Forecast, LargestSetting } from '../run/training';
import { deviceShare } from './device-share';

const figure = z.object({ value: z.number(), low: z.number(), high: z.number() });

/** `artifacts/forecast.json` of a trial. */
export const measuredSchema = z.object({
  steps: z.number(),
  secondsPerStep: figure,
  tokensPerSecond: z.number().nullable(),
  rowsPerStep: z.number().nullable(),
  parts: z.record(z.string(), z.number()),
  seconds: figure,
  gpuHours: z.number(),
  peakMemoryMiB: z.number(),
  restingMemoryMiB: z.number(),
  memoryOf: z.enum(['gpu', 'host']),
  measuredSteps: z.number(),
  trialSeconds: z.number(),
});
export type Measured = z.infer<typeof measuredSchema>;

export interface Limits {
  config: Record<string, unknown>;
  gpus: number;
  deadlineSeconds?: number | undefined;
  /** Of one GPU, or of the machine for a training without any; absent or 0: not known. */
  memoryMiB?: number | undefined;
}

/** A suggestion keeps so much room: a training that just fits does not fit. */
const suggestedShare = 0.95;

export function judge(measured: Measured, limits: Limits): Forecast {
  const { deadlineSeconds, memoryMiB, gpus } = limits;
  const { seconds, secondsPerStep, steps, peakMemoryMiB, memoryOf, rowsPerStep, parts } = measured;
  const isLate = deadlineSeconds !== undefined && seconds.value > deadlineSeconds;
  const isTooLarge = Boolean(memoryMiB) && peakMemoryMiB > (memoryMiB ?? 0);
  const largest = isLate || isTooLarge ? largestSetting(measured, limits, isLate, isTooLarge) : undefined;
  return {
    ...{ tokensPerSecond: measured.tokensPerSecond, secondsPerStep: secondsPerStep.value, peakMemoryMiB, steps },
    ...{ seconds: seconds.value, low: seconds.low, high: seconds.high, gpuHours: measured.gpuHours, gpus },
    fits: !isLate && !isTooLarge,
    ...(deadlineSeconds === undefined ? {} : { deadlineSeconds }),
    ...(memoryMiB ? { memoryMiB } : {}),
    ...{ memoryOf, rowsPerStep, parts, trialSeconds: measured.trialSeconds, measuredSteps: measured.measuredSteps },
    ...(largest ? { largestThatFits: largest } : {}),
  };
}

function largestSetting(measured: Measured, limits: Limits, isLate: boolean, isTooLarge: boolean): LargestSetting {
  const shorter = isLate ? fewerSteps(measured, limits.deadlineSeconds ?? 0) : undefined;
  const smaller = isTooLarge ? smallerBatch(measured, limits) : undefined;
  const words = [shorter?.words, smaller?.words].filter((part) => part !== undefined).join(', and ');
  return { ...shorter, ...smaller, words };
}

/** Evaluations and checkpoints grow with the steps; loading, preparing and the last save do not. */
function fewerSteps({ parts, seconds, steps, rowsPerStep }: Measured, deadline: number): LargestSetting {
  const growing = (parts['train'] ?? 0) + (parts['evaluate'] ?? 0) + (parts['save'] ?? 0);
  const left = deadline * suggestedShare - (seconds.value - growing);
  const maxSteps = Math.max(0, Math.floor(left / (growing / Math.max(1, steps))));
  if (maxSteps === 0) return { maxSteps, words: 'no number of steps: loading and saving alone take that long' };
  const rows = rowsPerStep === null ? undefined : maxSteps * rowsPerStep;
  const ofRows = rows === undefined ? '' : ` (${rows} rows)`;
  return {
    maxSteps,
    ...(rows === undefined ? {} : { rows }),
    words: `max_steps ${maxSteps} of ${steps}${ofRows}`,
  };
}

/** What is not at rest between two steps grows with the rows that are trained on at once. */
function smallerBatch({ peakMemoryMiB, restingMemoryMiB }: Measured, limits: Limits): LargestSetting {
  const share = deviceShare(limits.config, limits.gpus);
  const room = (limits.memoryMiB ?? 0) * suggestedShare - restingMemoryMiB;
  if (share === null || room <= 0) return { words: 'a smaller model, adapters (LoRA) or shorter rows' };
  const { rows, atOnce, choices } = share;
  const most = Math.floor((atOnce * room) / Math.max(1, peakMemoryMiB - restingMemoryMiB));
  const size = choices.findLast((each) => each <= Math.min(most, atOnce));
  if (size === undefined) return { words: 'gradient checkpointing or shorter rows: one row at a time takes too much' };
  const accumulation = rows / size;
  return {
    ...{ batchSize: size, gradientAccumulation: accumulation },
    words: `batch_size ${size} with gradient_accumulation ${accumulation}`,
  };
}

/** The refusal of a launch whose forecast does not fit. `pilot`: why it gets no more time than that of a pilot. */
export function doesNotFit(forecast: Forecast, experiment: string, pilot?: string): MlInternError {
  const { seconds, low, high, deadlineSeconds, peakMemoryMiB, memoryMiB, largestThatFits } = forecast;
  const late = deadlineSeconds !== undefined && seconds > deadlineSeconds;
  const why = [
    ...(late ? [`would take ${span(seconds)} (${span(low)} to ${span(high)}) and has ${span(deadlineSeconds)}`] : []),
    ...(memoryMiB && peakMemoryMiB > memoryMiB
      ? [`needs ${Math.round(peakMemoryMiB)} MiB of memory where there are ${Math.round(memoryMiB)}`]
      : []),
  ].join(', and ');
  const more = `, or launch it with capMinutes ${Math.ceil((high * 1.05) / 60)} if the budget has them.`;
  const longer = !late ? '.' : pilot === undefined ? more : `. ${pilot}`;
  return new MlInternError('bad-input', `Experiment ${experiment} was not launched: a trial says that it ${why}.`, {
    next: `Write it again with what fits: ${largestThatFits?.words ?? 'fewer rows'}${longer}`,
  });
}

/** One line for people, e.g. `500 steps in 42 min (40 to 45), 1.20 s a step, 8100 tokens/s, 31000 MiB`. */
export function forecastInWords({ steps, seconds, low, high, ...rest }: Forecast): string {
  return [
    `${steps} steps in ${span(seconds)} (${span(low)} to ${span(high)})`,
    `${rest.secondsPerStep.toPrecision(3)} s a step`,
    ...(rest.tokensPerSecond === null ? [] : [`${Math.round(rest.tokensPerSecond)} tokens/s`]),
    ...(rest.gpuHours > 0 ? [`${rest.gpuHours.toFixed(2)} GPU-hours`] : []),
    `${Math.round(rest.peakMemoryMiB)} MiB of ${rest.memoryOf === 'gpu' ? 'GPU memory' : 'memory'}`,
  ].join(', ');
}

export function span(seconds: number): string {
  if (seconds < 100) return `${Math.round(seconds)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
