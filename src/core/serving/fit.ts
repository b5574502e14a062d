/** Whether a box can serve a model, and on how many of its GPUs. */
import { MlInternError } from '../errors';
import type { BoxCard } from '../ports/box';

/** Weights in 16 bits, and half as much again for what is computed. */
const bytesPerParameter = 3;
const usableShare = 0.85;

export function refuseUnfit(card: BoxCard, model: string): void {
  const next =
    'Use a box with an NVIDIA GPU, or start any OpenAI-compatible server there and name its "port" in the plan.';
  if (card.schedulerOptions !== undefined)
    throw new MlInternError('bad-input', `${card.name} runs jobs on machines whose ports cannot be reached.`, { next });
  if (card.gpus.length === 0)
    throw new MlInternError('bad-input', `The box ${card.name} has no GPU to serve ${model} on.`, { next });
}

/** Of the counts that vLLM can split a model over, the least whose memory holds it. */
export function gpusToServe(
  parameters: number | null,
  { gpus, name }: Pick<BoxCard, 'gpus' | 'name'>,
  model: string,
): number {
  const each = Math.min(...gpus.map(({ memoryMiB }) => memoryMiB)) * 2 ** 20 * usableShare;
  const needed = (parameters ?? 0) * bytesPerParameter;
  const count = [1, 2, 4, 8].find((number) => number <= gpus.length && needed <= each * number);
  if (count !== undefined) return count;
  const size = `${Math.round(needed / 2 ** 30)} GiB`;
  throw new MlInternError('bad-input', `${model} needs about ${size} of GPU memory: more than the box ${name} has.`, {
    next: 'Choose a smaller model, or a box with more GPUs.',
  });
}
