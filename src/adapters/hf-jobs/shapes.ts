/** What the Hub says of jobs, checked. Unknown stages are kept: new ones appear, and they mean that the job is not over. */
import { z } from 'zod';

const date = z.string().nullish();

export const hubJobSchema = z.object({
  id: z.string().regex(/^[\w-]{1,100}$/),
  createdAt: date,
  startedAt: date,
  finishedAt: date,
  flavor: z.string().nullish(),
  timeoutSeconds: z.number().nullish(),
  labels: z.record(z.string(), z.string()).nullish(),
  status: z.object({ stage: z.string(), message: z.string().nullish() }),
});

export type HubJob = z.infer<typeof hubJobSchema>;

export const hardwareSchema = z.array(
  z.object({
    name: z.string(),
    prettyName: z.string().default(''),
    cpu: z.string().default(''),
    ram: z.string().default(''),
    ephemeralStorage: z.string().nullish(),
    accelerator: z.object({ model: z.string(), quantity: z.coerce.number(), vram: z.string().default('') }).nullish(),
    unitCostUSD: z.number(),
    unitLabel: z.string().default('minute'),
  }),
);

export const whoAmISchema = z.object({ name: z.string() });

const over = new Set(['COMPLETED', 'CANCELED', 'ERROR', 'DELETED']);

export function isOver(job: HubJob): boolean {
  return over.has(job.status.stage);
}

/** Labels by which a job is found again, from the Hub alone. */
export const labelNames = {
  ours: 'ml-intern',
  id: 'ml-intern-job',
  run: 'ml-intern-run',
  kind: 'ml-intern-kind',
  hash: 'ml-intern-hash',
} as const;
