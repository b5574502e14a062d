/** One model asked one set of items by the evaluator on the box: what it answered, item by item, and what it was measured with. */
import { z } from 'zod';
import { MlInternError } from '../errors';
import { outcomeSchema } from '../evaluation/evaluate-model';
import { sha256 } from '../hash';
import { seal, unseal } from '../sealing';
import type { Benchmark, BenchmarkItem, Fingerprints, ItemResult, Score } from '../run/types';
import type { Bar } from './bar';
import { evaluationEnvironment, itemLines, jobRequest, type Bench } from './bench';
import { pretty } from './files';
import { jobError, type Preparation } from './preparation';
import { checkFingerprints, fingerprintsSchema } from './same-measurement';

const itemSchema = outcomeSchema.extend({ generation: z.string().optional() });
const resultSchema = z.object({
  ...{ evaluator: z.string(), evaluatorVersion: z.string(), ...fingerprintsSchema.shape },
  /** It saw that the model cannot reach another any more. */
  stopped: z.object({ after: z.number(), of: z.number(), behind: z.string() }).optional(),
});
const failedSchema = z.object({ error: z.object({ reason: z.string(), message: z.string(), next: z.string() }) });
/** What neither another try nor another experiment can mend. */
const told = ['evaluation-changed', 'judge-unavailable'] as const;

export type EvaluatedItem = ItemResult & { generation?: string | undefined };

export interface EvaluatorOrder {
  /** Tells the job from the run's other evaluations. */
  name: string;
  /** Whose evaluation it is, for messages. */
  what: string;
  experiment: string | null;
  /** Of the copies, relative to the run's. */
  folder: string;
  /** Its folder on the box. */
  model: string;
  items: readonly BenchmarkItem[];
  benchmark: Benchmark;
  expected: Partial<Fingerprints>;
  /** What it must be able to reach, or be stopped early. */
  bar?: Bar | undefined;
  /** Most that it may take; absent: the usual. */
  capSeconds?: number | undefined;
}

export interface Measured {
  job: string;
  items: EvaluatedItem[];
  partial: Score['partial'];
  fingerprints: Fingerprints;
}

const usualCapSeconds = 4 * 3600;

export async function askEvaluator(bench: Bench, preparation: Preparation, order: EvaluatorOrder): Promise<Measured> {
  const { items, expected, what, folder } = order;
  const lines = itemLines(items);
  const work = {
    id: bench.jobs.attempt(`${bench.runId}-eval-${order.name}-${keyMark(bench)}`),
    kind: 'evaluate' as const,
    steps: [['{python}', '-m', 'ml_intern_box.evaluate', 'evaluate.json']],
    files: { 'evaluate.json': pretty(configOf(bench, order)), 'items.sealed': seal(lines, bench.itemsKey) },
    environment: await preparation.environment(evaluationEnvironment(order.benchmark)),
    capSeconds: order.capSeconds ?? usualCapSeconds,
    gpus: Math.min(1, (await bench.card()).gpus.length),
  };
  const job = await bench.jobs.run(await jobRequest(bench, work), { experiment: order.experiment, folder });
  if (job.state !== 'finished') {
    await passOn(bench, job.id);
    throw jobError(job, `The evaluation of ${what} failed`, "Read the job's stderr.log; resume the run to try again.");
  }
  const { stopped, ...result } = resultSchema.parse(await bench.jobs.result(job.id));
  const fingerprints = fingerprintsSchema.parse(result);
  checkFingerprints(fingerprints, { ...expected, itemsHash: sha256(lines) }, what);
  const asked = stopped?.after ?? items.length;
  const answers = await fetchItems(bench, job.id, folder, asked * (order.benchmark.sampling?.n ?? 1));
  const partial = stopped && { asked, of: stopped.of, behind: stopped.behind };
  return { job: job.id, fingerprints, partial, items: answers };
}

/** A try that was sealed with another key (the run was begun on another machine) or not at all is not taken up. */
function keyMark({ itemsKey }: Bench): string {
  return sha256(itemsKey).slice(0, 6);
}

function configOf({ journal }: Bench, { model, benchmark, expected, bar }: EvaluatorOrder): object {
  const { itemsHash: _items, settingsHash: _settings, items: _count, references: _references, ...settings } = benchmark;
  return {
    ...{ model, items: 'items.sealed', benchmark: settings, seed: journal.config.seed, expect: expected },
    ...(bar ? { stopBehind: bar } : {}),
  };
}

/** What the evaluator itself refused, in its own words. */
async function passOn(bench: Bench, job: string): Promise<void> {
  const read = failedSchema.safeParse(await bench.jobs.result(job).catch(() => undefined));
  const reason = told.find((each) => read.data?.error.reason === each);
  if (read.success && reason) throw new MlInternError(reason, read.data.error.message, { next: read.data.error.next });
}

/** Per-item results come to the run's folder, so that every score can be recomputed from it. */
async function fetchItems(bench: Bench, job: string, folder: string, expected: number): Promise<EvaluatedItem[]> {
  const sealed = await bench.jobs.read(job, 'artifacts/items.sealed');
  const text = unseal(sealed, bench.itemsKey, `The results of ${job}`);
  const items = parseItems(text);
  if (items.length !== expected) {
    throw new MlInternError('job-failed', `The evaluator answered ${items.length} of ${expected} items.`, {
      next: "Read the job's stderr.log: the evaluator ended without an error and still left items out.",
    });
  }
  await bench.store.write(`${bench.runFolder}/${folder}/items.jsonl`, text);
  return items;
}

export function parseItems(text: string): EvaluatedItem[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => itemSchema.parse(JSON.parse(line)));
}
