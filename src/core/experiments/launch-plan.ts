/** How a training uses the GPUs of one box: on one, a copy on each (DDP), or one model in parts over all (FSDP). */
import { MlInternError } from '../errors';
import type { GpuInfo } from '../ports/box';
import { launcherOf, type Strategy } from './launcher';

export const methods = ['full', 'lora', 'qlora'] as const;
export type Method = (typeof methods)[number];

export interface LaunchNeeds {
  /** A memory of 0 is not known: the scheduler of a cluster does not tell. */
  gpus: readonly Pick<GpuInfo, 'memoryMiB'>[];
  /** Of the model; null when its files do not tell. */
  parameters: number | null;
  method: Method;
  /** Rows of one optimiser step, which all processes share; null when the configuration does not tell. */
  batch: number | null;
  /** Exactly so many GPUs; absent: as many as are of use. */
  wanted?: number | undefined;
}

export interface LaunchPlan {
  gpus: number;
  strategy: Strategy;
  /** What stands before the script in the step's command. */
  launcher: string[];
  /** For people. */
  why: string;
}

/**
 * Bytes of training state for each parameter of the model.
 * full, one GPU: weights, gradients and both moments of AdamW in bfloat16, as the starting script loads the model
 * (2 + 2 + 2 + 2; PyTorch keeps the moments in the type of the parameter). DDP adds its buckets, a copy of the gradients.
 * full, FSDP: the same four in float32, because accelerate turns trainable parameters into float32 before it shards them
 * (`fsdp2_prepare_model` in accelerate 1.15); a GPU holds its share of them.
 * LoRA: frozen weights in bfloat16, and adapters of about 1 % of the model at 16 bytes.
 * QLoRA: weights in 4 bits with their scales (0.53 bytes: Dettmers et al. 2023, section 3) and the same adapters; a copy of
 * them on each GPU, because 4-bit weights are not shared out here.
 */
const bytesPerParameter = {
  full: { single: 8, ddp: 10, fsdp: 16 },
  lora: { single: 2.2, ddp: 2.2, fsdp: 2.2 },
  qlora: { single: 0.7, ddp: 0.7, fsdp: Infinity },
};
/** The rest is for activations, the CUDA context and what fragments. */
const usableShare = 0.8;

export function planLaunch(needs: LaunchNeeds): LaunchPlan {
  const { gpus, wanted, parameters } = needs;
  if (wanted !== undefined && wanted > gpus.length) throw tooManyWanted(wanted, gpus.length);
  if (gpus.length === 0 || wanted === 0) return planOf(0, 'cpu', 'on the CPU of the box');
  if (wanted !== undefined && !isShared(needs.batch, wanted)) throw notShared(needs.batch, wanted);
  const counts = wanted === undefined ? countsUpTo(gpus.length, needs.batch) : [wanted];
  if (parameters === null || usableBytes(needs) === 0) return unmeasured(counts);
  for (const count of counts) {
    const strategy = strategies(count).find((each) => fits(needs, each, count));
    if (strategy) return planOf(count, strategy, wording(needs, strategy, count));
  }
  throw tooLarge(needs, counts[0] ?? 1);
}

function planOf(gpus: number, strategy: Strategy, why: string): LaunchPlan {
  return { gpus, strategy, launcher: launcherOf(strategy, gpus), why };
}

/** The most GPUs first; only as many as share the rows of a step evenly, so that the step stays the same. */
function countsUpTo(most: number, batch: number | null): number[] {
  return Array.from({ length: most }, (_, index) => most - index).filter((count) => isShared(batch, count));
}

function isShared(batch: number | null, count: number): boolean {
  return count === 1 || (batch !== null && batch % count === 0);
}

function strategies(count: number): Strategy[] {
  return count === 1 ? ['single'] : ['ddp', 'fsdp'];
}

function fits(needs: LaunchNeeds, strategy: Strategy, count: number): boolean {
  return stateBytes(needs, strategy) / (strategy === 'fsdp' ? count : 1) <= usableBytes(needs);
}

function stateBytes({ method, parameters }: LaunchNeeds, strategy: Strategy): number {
  return (parameters ?? 0) * (strategy === 'cpu' ? 0 : bytesPerParameter[method][strategy]);
}

/** Of the smallest GPU: all get the same. */
function usableBytes({ gpus }: LaunchNeeds): number {
  return Math.min(...gpus.map(({ memoryMiB }) => memoryMiB)) * 2 ** 20 * usableShare;
}

function unmeasured(counts: readonly number[]): LaunchPlan {
  const count = counts.at(-1) ?? 1;
  const strategy = count === 1 ? 'single' : 'ddp';
  return planOf(count, strategy, `on ${gpusInWords(count)}; whether its memory is enough is not known`);
}

function wording(needs: LaunchNeeds, strategy: Strategy, count: number): string {
  const all = stateBytes(needs, strategy);
  if (strategy === 'single') return `on 1 GPU: ${gigabytes(all)} of training state fit it`;
  if (strategy === 'ddp') return `a copy on each of ${count} GPUs (DDP): ${gigabytes(all)} of training state fit one`;
  const share = `${gigabytes(all / count)} on each GPU`;
  return `in parts over ${count} GPUs (FSDP): a whole copy does not fit one; of ${gigabytes(all)} of training state, ${share}`;
}

function tooManyWanted(wanted: number, there: number): MlInternError {
  const has = there === 0 ? 'no GPU' : gpusInWords(there);
  return new MlInternError('bad-input', `The launch wants ${gpusInWords(wanted)}, but the box has ${has}.`, {
    next: there === 0 ? 'Leave gpus out: the training runs on the CPU.' : `Ask for at most ${there}.`,
  });
}

function notShared(batch: number | null, wanted: number): MlInternError {
  const why =
    batch === null
      ? 'the configuration does not name batch_size'
      : `${batch} rows a step (batch_size × gradient_accumulation) cannot be shared evenly`;
  return new MlInternError('bad-input', `The training cannot run on ${wanted} GPUs: ${why}.`, {
    next: 'Ask for another number of GPUs, or write the experiment with another batch_size.',
  });
}

function tooLarge(needs: LaunchNeeds, count: number): MlInternError {
  const each = bytesPerParameter[needs.method];
  const sum = count > 1 ? count * usableBytes(needs) : 0;
  const largest = Math.max(usableBytes(needs) / each.single, sum / each.fsdp);
  const adapters = {
    full: ', or train adapters only (LoRA)',
    lora: ', or adapters on 4-bit weights (QLoRA)',
    qlora: '',
  };
  const lora = adapters[needs.method];
  return new MlInternError(
    'bad-input',
    `The model of ${billions(needs.parameters ?? 0)} parameters is too large to train on ${gpusInWords(count)} of this box.`,
    { next: `Use a model of at most ${billions(largest)} parameters${lora}, or a box with more GPU memory.` },
  );
}

function gpusInWords(count: number): string {
  return count === 1 ? '1 GPU' : `${count} GPUs`;
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(bytes < 1e10 ? 1 : 0)} GB`;
}

function billions(count: number): string {
  return `${(Math.floor(count / 1e7) / 100).toFixed(2)} billion`;
}
