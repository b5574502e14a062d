/** Training jobs: what exactly runs for an experiment, and which of its jobs trained it. */
import { MlInternError } from '../errors';
import { contentHash } from '../hash';
import type { JobContent, StopRules } from '../ports/box';
import { approvedHash } from '../approvals/decide';
import type { ExperimentView, JobView, RunView } from '../run/view';
import type { WatchRule } from '../run/watch-rules';
import { hubToken, jobContent, type Bench, type WorkOrder } from './bench';
import { experimentFiles, scriptHash, type ExperimentContent } from './files';
import { methods, planLaunch, type LaunchPlan, type Method } from './launch-plan';
import { sourceFiles } from './source-files';
import { bounds } from './watch';

/** The latest training job of an experiment. */
export function trainJobOf(view: RunView, experiment: ExperimentView): JobView | undefined {
  return view.jobs.findLast((job) => job.experiment === experiment.id && job.kind === 'train');
}

export interface Launch {
  id: string;
  environment: string;
  capSeconds: number;
  plan: LaunchPlan;
  /** Instead of the configuration as written: a rung of the ladder that was approved with it. */
  config?: Record<string, unknown> | undefined;
}

/** How the experiment uses the GPUs of the box; `wanted` of them, or as many as are of use. */
export async function trainingPlan(
  bench: Bench,
  experiment: ExperimentView,
  parameters: number | null,
  wanted: number | undefined,
): Promise<LaunchPlan> {
  const { script, config } = await approvedContent(bench, experiment);
  const { gpus } = await bench.card();
  return planLaunch({ gpus, parameters, method: launchMethod(script, config), batch: rowsOfAStep(config), wanted });
}

/** As the configuration says; a script that does not read it tells by the names of the library that makes adapters. */
export function launchMethod(script: string, config: Record<string, unknown>): Method {
  if (/config(\.get\(|\[)\s*["']method["']/.test(script)) {
    return methods.find((method) => method === config['method']) ?? 'full';
  }
  return /\bLoraConfig\b|\bpeft_config\b/.test(script) ? 'lora' : 'full';
}

/** The work order of a launch. */
export async function trainingOrder(bench: Bench, experiment: ExperimentView, launch: Launch): Promise<WorkOrder> {
  const { id, environment, capSeconds, plan } = launch;
  const approved = await approvedContent(bench, experiment);
  const content = { ...approved, config: launch.config ?? approved.config };
  const rows = await sourceFiles(
    bench,
    content.recipe.sources.map(({ dataset }) => dataset),
  );
  const files = { ...experimentFiles(content), ...rows.files };
  const steps = [
    ['{python}', '-m', 'ml_intern_box.recipe', 'recipe.json'],
    [...plan.launcher, 'train.py'],
  ];
  // The script itself was written by a model: it gets rows and a base model that lie there, and no key to anything.
  const secrets = [[hubToken], []];
  const capsGpus = bench.journal.config.budget.gpuHours !== undefined;
  const rules = stopRules(plan.gpus, bench.journal.config.stopOn);
  const { onDisk } = rows;
  const taken = { gpus: plan.gpus, capsGpus };
  return { ...{ id, kind: 'train', steps, files, onDisk, environment }, capSeconds, ...taken, rules, secrets };
}

/** A run that learns nothing must not hold a GPU overnight; a quarter of an hour is longer than any model takes to load. */
function stopRules(gpus: number, stopOn: readonly WatchRule[] = []): StopRules {
  // Twice what ends it while a client watches: the box judges alone, and must be surer.
  const divergence = stopOn.includes('divergence') ? { divergence: 2 * bounds.divergence.factor } : {};
  return { nan: 1, stallSeconds: 600, ...divergence, ...(gpus > 0 ? { idleGpuSeconds: 900 } : {}) };
}

/** The experiment's files as they lie in the run's folder. They must be what was approved. */
export async function approvedContent(bench: Bench, experiment: ExperimentView): Promise<ExperimentContent> {
  const script = await bench.store.read(`${bench.runFolder}/${experiment.folder}/train.py`);
  if (script === undefined) {
    throw new MlInternError('bad-input', `${experiment.folder}/train.py is missing.`, {
      next: 'Write the script again as a new experiment.',
    });
  }
  const content = { script, config: experiment.config, recipe: experiment.recipe };
  if (scriptHash(content) !== experiment.scriptHash || !isApproved(bench.journal.view, experiment.scriptHash)) {
    throw new MlInternError('not-approved', `${experiment.folder}/train.py is not the script that was approved.`, {
      next: 'Propose the changed script as a new experiment; only approved content runs.',
    });
  }
  return content;
}

function rowsOfAStep(config: Record<string, unknown>): number | null {
  const rows = Number(config['batch_size']) * Number(config['gradient_accumulation'] ?? 1);
  return Number.isSafeInteger(rows) && rows > 0 ? rows : null;
}

export function launchHash(bench: Bench, order: WorkOrder): { content: JobContent; hash: string } {
  const content = jobContent(bench, order);
  return { content, hash: contentHash(content) };
}

function isApproved(view: RunView, hash: string): boolean {
  return view.proposals.some(
    ({ proposal, decision }) =>
      proposal.kind === 'script' && decision?.verdict === 'approve' && approvedHash(decision) === hash,
  );
}
