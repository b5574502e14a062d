/** Has one of the product's environments built on a box, for whoever wants it before, or without, a run. */
import { environmentOrder } from '../core/experiments/environment-order';
import type { Box, JobStatus } from '../core/ports/box';
import { loneFailure, resultOf, submitAlone, toTheEnd, type JobWatch } from './lone-jobs';
import { readEnvironmentSet } from './product-files';

/** Answers once the box has the job; it goes on by itself. */
export async function buildEnvironment(
  box: Pick<Box, 'submit'>,
  name: string,
  productRoot: string,
): Promise<JobStatus> {
  const set = await readEnvironmentSet(productRoot, name);
  return submitAlone(box, environmentOrder(`env-${name}-${Date.now().toString(36)}`, set), { run: 'environments' });
}

/** Its hash once it is built; whoever stops waiting leaves it to be built. */
export async function builtEnvironment(box: Box, name: string, productRoot: string, watch: JobWatch): Promise<string> {
  const { id } = await buildEnvironment(box, name, productRoot);
  const job = await toTheEnd(box, id, watch);
  const result = await resultOf(box, job, watch.signal);
  if (job.state === 'finished' && typeof result['hash'] === 'string') return result['hash'];
  throw loneFailure(`The environment "${name}" could not be built`, job, result);
}
