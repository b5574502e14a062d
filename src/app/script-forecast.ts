/** Tries a training script on a box, outside of any run, and says what all of it would take. */
import { MlInternError } from '../core/errors';
import { jobContent, type WorkOrder } from '../core/experiments/bench';
import { pretty } from '../core/experiments/files';
import { judge, measuredSchema } from '../core/experiments/forecast';
import { planLaunch } from '../core/experiments/launch-plan';
import { trialOrder } from '../core/experiments/trial';
import { contentHash } from '../core/hash';
import { finalStates, type Box, type JobStatus } from '../core/ports/box';
import type { Forecast } from '../core/run/training';
import { buildEnvironment } from './environments';

export interface ScriptForecastOrder {
  script: string;
  config: Record<string, unknown>;
  /** Absent: the configuration names the rows itself. */
  recipe?: object | undefined;
  deadlineSeconds?: number | undefined;
  /** An interpreter on the box with the packages; absent: the environment that trains, built if need be. */
  python?: string | undefined;
  productRoot: string;
}

export interface ScriptForecastWatch {
  signal?: AbortSignal;
  onOutput?: (text: string) => void;
}

const capSeconds = 1200;

export async function forecastScript(
  box: Box,
  order: ScriptForecastOrder,
  watch: ScriptForecastWatch = {},
): Promise<Forecast> {
  const { signal } = watch;
  const card = await box.check(signal);
  const plan = planLaunch({
    ...{ gpus: card.gpus, parameters: null, method: 'full', batch: null },
    wanted: card.gpus.length > 0 ? 1 : undefined,
  });
  const environment = order.python === undefined ? await trainEnvironment(box, order.productRoot, watch) : null;
  const job = await run(box, trialOrder(workOrder(order, environment, plan.gpus), plan), watch);
  if (job.state !== 'finished') throw failed(job, await resultOf(box, job, signal));
  const measured = measuredSchema.parse(JSON.parse(await textOf(box, job.id, 'artifacts/forecast.json', signal)));
  const memoryMiB = measured.memoryOf === 'host' ? card.memoryMiB : card.gpus[0]?.memoryMiB;
  return judge(measured, { config: order.config, gpus: plan.gpus, deadlineSeconds: order.deadlineSeconds, memoryMiB });
}

function workOrder(order: ScriptForecastOrder, environment: string | null, gpus: number): WorkOrder {
  const { script, config, recipe, python = '{python}' } = order;
  const compile = recipe === undefined ? [] : [[python, '-m', 'ml_intern_box.recipe', 'recipe.json']];
  return {
    ...{ id: `forecast-${Date.now().toString(36)}`, kind: 'train', environment, capSeconds, gpus },
    steps: [...compile, [python, 'train.py']],
    files: {
      'train.py': script,
      'config.json': pretty(config),
      ...(recipe === undefined ? {} : { 'recipe.json': pretty(recipe) }),
    },
  };
}

async function trainEnvironment(box: Box, productRoot: string, watch: ScriptForecastWatch): Promise<string> {
  const { id } = await buildEnvironment(box, 'train', productRoot);
  const job = await toTheEnd(box, id, watch);
  const result = await resultOf(box, job, watch.signal);
  if (job.state === 'finished' && typeof result['hash'] === 'string') return result['hash'];
  throw failed(job, result);
}

async function run(box: Box, order: WorkOrder, watch: ScriptForecastWatch): Promise<JobStatus> {
  const content = jobContent({ jobEnv: {} }, order);
  const { id, kind, files } = order;
  const request = { id, run: 'forecasts', kind, content, approvedHash: contentHash(content), files, secrets: {} };
  await box.submit(request, watch.signal);
  try {
    return await toTheEnd(box, id, watch);
  } catch (error) {
    // Whoever asked is gone: nobody would use what it still finds out.
    if (watch.signal?.aborted) await box.stop(id).catch(() => undefined);
    throw error;
  }
}

async function toTheEnd(box: Box, id: string, { signal, onOutput }: ScriptForecastWatch): Promise<JobStatus> {
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

async function textOf(box: Box, id: string, path: string, signal?: AbortSignal): Promise<string> {
  return new TextDecoder().decode(await box.read(id, path, undefined, signal));
}

async function resultOf(box: Box, { id }: JobStatus, signal?: AbortSignal): Promise<Record<string, unknown>> {
  const text = await textOf(box, id, 'artifacts/result.json', signal).catch(() => '{}');
  return JSON.parse(text) as Record<string, unknown>;
}

function failed({ id, state, failure }: JobStatus, { error }: Record<string, unknown>): MlInternError {
  const said = error as { message?: string; next?: string } | undefined;
  const why = said?.message ?? failure?.message ?? `It ended as ${state}.`;
  return new MlInternError('job-failed', `The trial failed: ${why}`, {
    next: said?.next ?? `Read its output: ml-intern box attach BOX ${id}.`,
  });
}
