/** Has one of the product's environments built on a box, for whoever wants it before, or without, a run. */
import { jobContent } from '../core/experiments/bench';
import { environmentOrder } from '../core/experiments/environment-order';
import { contentHash } from '../core/hash';
import type { Box, JobStatus } from '../core/ports/box';
import { readEnvironmentSet } from './product-files';

/** Answers once the box has the job; it goes on by itself. */
export async function buildEnvironment(
  box: Pick<Box, 'submit'>,
  name: string,
  productRoot: string,
): Promise<JobStatus> {
  const set = await readEnvironmentSet(productRoot, name);
  const order = environmentOrder(`env-${name}-${Date.now().toString(36)}`, set);
  const content = jobContent({ jobEnv: {} }, order);
  const { id, kind, files } = order;
  return box.submit({ id, run: 'environments', kind, content, approvedHash: contentHash(content), files, secrets: {} });
}
