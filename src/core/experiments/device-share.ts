/** How the rows of a step are shared: each process (a GPU, or the CPU) takes as many, some at once and the others after them. */

export interface DeviceShare {
  /** Of a step, over all processes. */
  rows: number;
  /** Rows that a process trains on at once, as `train.share_batch` has it on the box. */
  atOnce: number;
  /** All that it could train on at once with the same rows a step, the smallest first. */
  choices: number[];
}

/** Null where the configuration does not tell, or the rows cannot be shared evenly. */
export function deviceShare(config: Record<string, unknown>, gpus: number): DeviceShare | null {
  const batch = count(config['batch_size']);
  const accumulation = count(config['gradient_accumulation'] ?? 1);
  if (batch === null || accumulation === null) return null;
  const rows = batch * accumulation;
  const share = rows / Math.max(1, gpus);
  const choices = divisors(share);
  const atOnce = choices.findLast((each) => each <= batch);
  return atOnce === undefined ? null : { rows, atOnce, choices };
}

function count(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : null;
}

function divisors(of: number): number[] {
  if (!Number.isSafeInteger(of)) return [];
  return Array.from({ length: of }, (_, index) => index + 1).filter((each) => of % each === 0);
}
