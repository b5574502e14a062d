/**
 * What a training is tried with after memory ran out: fewer rows at once and more of such steps added up, which trains
 * the same; then gradient checkpointing, which costs time. Shorter rows would train something else: a person decides.
 */
import type { FailureClass } from '../ports/box';
import { asWritten } from '../run/launch-words';
import type { Rung } from '../run/training';
import { deviceShare } from './device-share';

/** A ladder that is longer would only find out slowly that the model does not fit: large batches shrink by more at once. */
const mostSmaller = 4;

export function isOutOfMemory(failure: FailureClass | undefined): failure is 'oom-gpu' | 'oom-host' {
  return failure === 'oom-gpu' || failure === 'oom-host';
}

/** All that a training on so many GPUs may run with, as written first: what is approved together with it. `script`: what it reads can be set. */
export function ladderOf(config: Rung['config'], script: string, gpus: number): Rung[] {
  const rungs: Rung[] = [{ change: asWritten, config }];
  const last = () => rungs.at(-1)?.config ?? config;
  for (let left = mostSmaller; left > 0; left--) rungs.push(...smallerBatch(last(), script, gpus, left));
  return [...rungs, ...checkpointing(last(), script)];
}

/** Fewer rows at once on each GPU. `left`: after so many steps it is one row. */
function smallerBatch(config: Rung['config'], script: string, gpus: number, left: number): Rung[] {
  const share = deviceShare(config, gpus);
  if (share === null || share.atOnce === 1 || !reads(script, 'gradient_accumulation')) return [];
  const { rows, atOnce, choices } = share;
  const most = atOnce / Math.max(2, atOnce ** (1 / left));
  // A root is not exact: 64 must not be taken for a little less.
  const batch = choices.findLast((each) => each <= most + 1e-9) ?? 1;
  const changed = { batch_size: batch, gradient_accumulation: rows / batch };
  const before = { batch: String(config['batch_size']), accumulation: String(config['gradient_accumulation'] ?? 1) };
  return [
    {
      change: `batch_size ${before.batch} → ${batch}, gradient_accumulation ${before.accumulation} → ${changed.gradient_accumulation}`,
      config: { ...config, ...changed },
    },
  ];
}

function checkpointing(config: Rung['config'], script: string): Rung[] {
  if (config['gradient_checkpointing'] === true || !reads(script, 'gradient_checkpointing')) return [];
  return [{ change: 'gradient_checkpointing on', config: { ...config, gradient_checkpointing: true } }];
}

/** Where a script does not read a setting, changing it changes nothing. */
function reads(script: string, key: string): boolean {
  return new RegExp(`["']${key}["']`).test(script);
}
