/** What the box says is checked and bounded before anything else sees it: the box is another machine. */
import { z } from 'zod';
import { type ErrorReason, MlInternError } from '../errors';
import type { JobStatus } from '../ports/box';
import { parseJson } from '../json';

export const text = (limit: number) => z.string().transform((value) => value.slice(0, limit));
export const amount = z.number().nonnegative();

export const jobKind = z.enum(['environment', 'model', 'overlap', 'sheet', 'serve', 'train', 'evaluate', 'pretrain']);
export const jobState = z.enum([
  'queued',
  'starting',
  'running',
  'stalled',
  'finishing',
  'finished',
  'failed',
  'stopped',
  'rebooted',
]);

const named = z.object({ id: z.string().regex(/^[\w.-]{1,100}$/) });

export const jobStatusSchema = z.object({
  id: z.string().max(100),
  kind: jobKind,
  state: jobState,
  note: text(500).nullable().default(null),
  submittedAt: amount.nullable().default(null),
  run: text(200).default(''),
  gpus: z.array(z.int().nonnegative()).max(64).default([]),
  startedAt: amount.nullable(),
  heartbeatAt: amount.nullable(),
  endedAt: amount.nullable(),
  exitCode: z.int().nullable(),
  wallSeconds: amount,
  gpuSeconds: amount,
  failure: z
    .object({
      class: z.enum([
        'oom-gpu',
        'oom-host',
        'disk-full',
        'nan',
        'diverged',
        'import-error',
        'killed',
        'timeout',
        'budget',
        'idle-gpu',
        'not-approved',
        'environment',
        'exit',
        'lost',
      ]),
      message: text(1000),
    })
    .nullable(),
}) satisfies z.ZodType<JobStatus>;

const gpuProcess = z.object({
  pid: z.int().nonnegative(),
  user: text(100),
  command: text(300),
  memoryMiB: amount,
  job: text(100).nullable(),
});

const gpu = z.object({
  index: z.int().nonnegative(),
  name: text(200),
  memoryMiB: amount,
  usedMiB: amount,
  utilisation: amount,
  driver: text(50),
  users: z.array(gpuProcess).max(200),
});

const reach = z.object({ name: text(100), url: text(500), reachable: z.boolean(), detail: text(300) });

const partition = z.object({
  name: text(100),
  default: z.boolean(),
  available: z.boolean(),
  limitSeconds: amount.nullable(),
  nodes: amount,
  freeNodes: amount,
  gpus: amount,
  freeGpus: amount,
});

const cardSchema = z.object({
  host: text(200),
  os: text(200),
  python: text(50),
  cpus: z.int().positive(),
  memoryMiB: amount,
  memoryFreeMiB: amount,
  root: text(4000),
  diskTotalMiB: amount,
  diskFreeMiB: amount,
  cache: text(4000),
  gpus: z.array(gpu).max(64),
  uv: text(500).nullable(),
  network: z.array(reach).max(20),
  /** The box's clock, in unix seconds; the skew is told by whoever compares. */
  time: amount,
  scheduler: z.enum(['slurm']).nullable(),
  partitions: z.array(partition).max(200).optional(),
  missing: z.array(z.object({ what: text(500), mend: text(500) })).max(20),
});

export const statusAnswer = z.object({ status: jobStatusSchema });
export const statusesAnswer = z.object({ statuses: z.array(jobStatusSchema).max(10_000) });
/** Among all jobs of a box, one of which it says what we do not understand must not hide the others: it is left out, and named. */
export const listAnswer = z.object({ statuses: z.array(z.unknown()).max(10_000) }).transform(({ statuses }) => {
  const understood: JobStatus[] = [];
  const odd: string[] = [];
  for (const each of statuses) {
    const parsed = jobStatusSchema.safeParse(each);
    if (parsed.success) understood.push(parsed.data);
    else odd.push(named.safeParse(each).data?.id ?? 'one without an id');
  }
  return { statuses: understood, odd };
});
export const cardAnswer = z.object({ card: cardSchema });
export const bootstrapAnswer = z.object({ package: z.string().max(4000), root: z.string().max(4000) });

export const jobFile = z.enum(['metrics.jsonl', 'stdout.log', 'stderr.log', 'telemetry.jsonl']);
/** No log is as large as 1 TiB: a file of ours must not be made to grow by a word. */
export const place = z
  .int()
  .nonnegative()
  .max(2 ** 40);

/** A status, an error with which the follower ends, the head of so many raw bytes, or bytes that the box no longer has. */
export const followHeader = z.union([
  z.object({ status: jobStatusSchema }),
  z.object({ error: z.unknown() }),
  z.object({ file: jobFile, offset: place, bytes: place }),
  z.object({ file: jobFile, offset: place, next: place }),
]);

const errorAnswer = z.object({
  error: z.object({
    reason: z.enum(['bad-input', 'box-disk-full', 'box-no-python', 'box-command', 'hub-not-found', 'hub-unavailable']),
    message: text(2000),
    next: text(2000),
  }),
});

/** The last line that is a JSON object; a login script of the box may have printed something before it. */
export function parseAnswer<T>(schema: z.ZodType<T>, stdout: string): T | undefined {
  const value = lastObject(stdout);
  const parsed = schema.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}

/** The typed error that a failing command printed, if it did. */
export function parseError(stdout: string): MlInternError | undefined {
  const parsed = errorAnswer.safeParse(lastObject(stdout));
  if (!parsed.success) return undefined;
  const { reason, message, next } = parsed.data.error;
  return new MlInternError(reason satisfies ErrorReason, message, { next });
}

function lastObject(stdout: string): unknown {
  const line = stdout.split('\n').findLast((each) => each.startsWith('{'));
  return line === undefined ? undefined : parseJson(line);
}
