/** Where following is to begin when only the last lines of a job's logs are wanted. */
import { z } from 'zod';
import type { JobTails } from '../ports/job-tails';
import type { Ask } from './ask';

const offset = z.int().nonnegative();
const offsets = { 'stdout.log': offset, 'stderr.log': offset, 'metrics.jsonl': offset, 'telemetry.jsonl': offset };
const answer = z.object({ tail: z.object(offsets) });

export function jobTails(ask: Ask): JobTails {
  return {
    tailFrom: async (id, lines, signal) => (await ask(answer, ['tail', id, '--lines', String(lines)], { signal })).tail,
  };
}
