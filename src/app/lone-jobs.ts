/** Jobs on a box outside of any run. */
import { MlInternError } from '../core/errors';
import { jobContent, type WorkOrder } from '../core/experiments/bench';
import { contentHash } from '../core/hash';
import { finalStates, type Box, type JobStatus } from '../core/ports/box';

export interface JobWatch {
  signal?: AbortSignal | undefined;
  onOutput?: ((text: string) => void) | undefined;
}

export interface Surroundings {
  /** What they are made for, as lists of jobs show it. */
  run: string;
  env?: Record<string, string>;
  secrets?: Record<string, string>;
}

export async function submitAlone(
  box: Pick<Box, 'submit'>,
  order: WorkOrder,
  { run, env = {}, secrets = {} }: Surroundings,
  signal?: AbortSignal,
): Promise<JobStatus> {
  const content = jobContent({ jobEnv: env }, order);
  const { id, kind, files } = order;
  return box.submit({ id, run, kind, content, approvedHash: contentHash(content), files, secrets }, signal);
}

export async function runAlone(
  box: Box,
  order: WorkOrder,
  surroundings: Surroundings,
  watch: JobWatch,
): Promise<JobStatus> {
  await submitAlone(box, order, surroundings, watch.signal);
  try {
    return await toTheEnd(box, order.id, watch);
  } catch (error) {
    // Whoever asked is gone: nobody would use what it still finds out.
    if (watch.signal?.aborted) await box.stop(order.id).catch(() => undefined);
    throw error;
  }
}

export async function toTheEnd(box: Box, id: string, { signal, onOutput }: JobWatch): Promise<JobStatus> {
  const decoder = new TextDecoder();
  let status: JobStatus | undefined;
  for await (const update of box.follow(id, {}, signal)) {
    if (update.type === 'status') status = update.status;
    if (update.type === 'data' && update.file === 'stdout.log')
      onOutput?.(decoder.decode(update.bytes, { stream: true }).trimEnd());
  }
  signal?.throwIfAborted();
  const [last = status] = status && finalStates.has(status.state) ? [status] : await box.status([id], signal);
  if (last) return last;
  throw new MlInternError('job-failed', `The box no longer knows the job ${id}.`, { next: 'Start it again.' });
}

/** Empty where it left none. */
export async function resultOf(box: Box, { id }: JobStatus, signal?: AbortSignal): Promise<Record<string, unknown>> {
  const bytes = await box.read(id, 'artifacts/result.json', undefined, signal).catch(() => undefined);
  return bytes === undefined ? {} : (JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>);
}

/** `what` begins the sentence, e.g. `The trial failed`. */
export function loneFailure(
  what: string,
  { id, state, failure }: JobStatus,
  { error }: Record<string, unknown>,
): MlInternError {
  const said = error as { message?: string; next?: string } | undefined;
  const why = said?.message ?? failure?.message ?? `It ended as ${state}.`;
  return new MlInternError('job-failed', `${what}: ${why}`, {
    next: said?.next ?? `Read its output: ml-intern box attach BOX ${id}.`,
  });
}
