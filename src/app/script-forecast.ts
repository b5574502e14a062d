/** Tries a training script on a box, outside of any run, and says what all of it would take. */
import { hubToken, type WorkOrder } from '../core/experiments/bench';
import { pretty } from '../core/experiments/files';
import { judge, measuredSchema } from '../core/experiments/forecast';
import { planLaunch } from '../core/experiments/launch-plan';
import { trialOrder } from '../core/experiments/trial';
import type { Box } from '../core/ports/box';
import type { Forecast } from '../core/run/training';
import { builtEnvironment } from './environments';
import { loneFailure, resultOf, runAlone, type JobWatch } from './lone-jobs';

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

const capSeconds = 1200;

export async function forecastScript(box: Box, order: ScriptForecastOrder, watch: JobWatch = {}): Promise<Forecast> {
  const { signal } = watch;
  const card = await box.check(signal);
  const plan = planLaunch({
    ...{ gpus: card.gpus, parameters: null, method: 'full', batch: null },
    wanted: card.gpus.length > 0 ? 1 : undefined,
  });
  const environment =
    order.python === undefined ? await builtEnvironment(box, 'train', order.productRoot, watch) : null;
  const trial = trialOrder(workOrder(order, environment, plan.gpus), plan);
  const job = await runAlone(box, trial, { run: 'forecasts' }, watch);
  if (job.state !== 'finished') throw loneFailure('The trial failed', job, await resultOf(box, job, signal));
  const bytes = await box.read(job.id, 'artifacts/forecast.json', undefined, signal);
  const measured = measuredSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  const memoryMiB = measured.memoryOf === 'host' ? card.memoryMiB : card.gpus[0]?.memoryMiB;
  return judge(measured, { config: order.config, gpus: plan.gpus, deadlineSeconds: order.deadlineSeconds, memoryMiB });
}

function workOrder(order: ScriptForecastOrder, environment: string | null, gpus: number): WorkOrder {
  const { script, config, recipe, python = '{python}' } = order;
  const compile = recipe === undefined ? [] : [[python, '-m', 'ml_intern_box.recipe', 'recipe.json']];
  return {
    ...{ id: `forecast-${Date.now().toString(36)}`, kind: 'train', environment, capSeconds, gpus },
    steps: [...compile, [python, 'train.py']],
    secrets: [...compile.map(() => [hubToken]), []],
    files: {
      'train.py': script,
      'config.json': pretty(config),
      ...(recipe === undefined ? {} : { 'recipe.json': pretty(recipe) }),
    },
  };
}
