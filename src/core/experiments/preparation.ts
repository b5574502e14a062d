/** What every run needs on the box before it can measure: environments and the base model. Each is made once a run. */
import { z } from 'zod';
import { MlInternError } from '../errors';
import { sha256 } from '../hash';
import type { JobView } from '../run/view';
import { evaluationEnvironment, jobRequest, type Bench, type EnvironmentName, type WorkOrder } from './bench';
import { environmentOrder } from './environment-order';
import { pretty } from './files';

const environmentResult = z.object({
  hash: z.string().regex(/^[0-9a-f]{8,64}$/),
  packages: z.union([z.number(), z.array(z.unknown())]).optional(),
});
const modelResult = z.object({
  path: z.string(),
  revision: z.string().nullish(),
  weightsHash: z.string(),
  parameters: z.number().nullable(),
  licence: z.string().nullish(),
});
const failedResult = z.object({ error: z.object({ reason: z.string(), message: z.string(), next: z.string() }) });

export interface BaseModel {
  path: string;
  /** Empty for one that lies on the box. */
  revision: string;
  weightsHash: string;
  /** Null when its files do not tell. */
  parameters: number | null;
  /** As its card says; null where it says none. */
  licence: string | null;
}

export class Preparation {
  private readonly environments = new Map<string, Promise<string>>();
  private readonly others = new Map<string, Promise<BaseModel>>();
  private model: Promise<BaseModel> | undefined;

  /** `provideBaseModel` is awaited before the base model is fetched: the practice world makes its own on first use. */
  constructor(
    private readonly bench: Bench,
    private readonly provideBaseModel: (environment: () => Promise<string>) => Promise<void> = () => Promise.resolve(),
  ) {}

  /** Makes everything so that it is ready when the agent asks: the model is fetched while the second environment is built. */
  async start(): Promise<void> {
    await this.environment('train');
    // The doctor examines in `eval`, whoever evaluates.
    const names = new Set(['eval' as const, evaluationEnvironment(this.bench.loaded.benchmark)]);
    await Promise.all([this.baseModel(), ...[...names].map((name) => this.environment(name))]);
  }

  /** The hash of a built environment. */
  environment(name: EnvironmentName): Promise<string> {
    return memo(this.environments, name, () => this.buildEnvironment(name));
  }

  /** Another model of the Hub, or in a folder on the box. */
  otherModel(id: string): Promise<BaseModel> {
    return memo(this.others, id, () => this.loadModel(id, `model-${sha256(id).slice(0, 8)}`, `The model ${id}`));
  }

  baseModel(): Promise<BaseModel> {
    this.model ??= this.fetchModel().catch((error: unknown) => {
      this.model = undefined;
      throw error;
    });
    return this.model;
  }

  private async buildEnvironment(name: EnvironmentName): Promise<string> {
    const id = this.bench.jobs.attempt(`${this.bench.runId}-env-${name}`);
    const job = await this.run(environmentOrder(id, this.bench.environmentSets[name]));
    const result = environmentResult.parse(
      await this.answer(
        job,
        `The environment "${name}" could not be built`,
        "Look at the job's stderr.log, mend the cause on the box and resume the run.",
      ),
    );
    const packages = typeof result.packages === 'number' ? result.packages : (result.packages?.length ?? 0);
    const known = this.bench.journal.events.some(
      (event) => event.type === 'environment.ready' && (event.data as { name: string }).name === name,
    );
    if (!known) await this.bench.journal.record('environment.ready', { name, hash: result.hash, packages });
    return result.hash;
  }

  private async fetchModel(): Promise<BaseModel> {
    const { baseModel } = this.bench.journal.config;
    await this.provideBaseModel(() => this.environment('train'));
    const model = await this.loadModel(baseModel, 'base-model', `The base model ${baseModel}`);
    const { path, revision, weightsHash, parameters, licence } = model;
    const known = this.bench.journal.events.some((event) => event.type === 'base-model.ready');
    if (!known)
      await this.bench.journal.record('base-model.ready', { path, revision, weightsHash, parameters, licence });
    return model;
  }

  private async loadModel(id: string, name: string, what: string): Promise<BaseModel> {
    const job = await this.run({
      id: this.bench.jobs.attempt(`${this.bench.runId}-${name}`),
      kind: 'model',
      steps: [['{python}', '-m', 'ml_intern_box.model', 'model.json']],
      files: { 'model.json': pretty({ id }) },
      environment: await this.environment('train'),
      capSeconds: 6 * 3600,
    });
    const next = 'Check its name and access, then resume the run.';
    const { revision, licence, ...model } = modelResult.parse(
      await this.answer(job, `${what} could not be loaded`, next),
    );
    return { ...model, revision: revision ?? '', licence: licence ?? null };
  }

  private async run(order: WorkOrder): Promise<JobView> {
    return this.bench.jobs.run(await jobRequest(this.bench, order), { experiment: null, folder: `jobs/${order.id}` });
  }

  /** The job's result, or a typed error that carries the job's own words. */
  private async answer(job: JobView, what: string, next: string): Promise<unknown> {
    const result = await this.bench.jobs.result(job.id).catch(() => undefined);
    const failed = failedResult.safeParse(result);
    if (failed.success) {
      const { reason, message, next: mend } = failed.data.error;
      if (reason !== 'base-model-not-found') throw new MlInternError('job-failed', message, { next: mend });
      throw new MlInternError(reason, message, {
        next: `${mend} Then resume the run, or start a new one if the base model was misnamed.`,
      });
    }
    if (job.state === 'finished' && result !== undefined) return result;
    throw jobError(job, what, next);
  }
}

/** A failed job as an error for people. */
export function jobError(job: JobView, what: string, next: string): MlInternError {
  const why = job.failure ? `${job.failure.class}: ${job.failure.message}` : `the job ended as ${job.state}`;
  const reason = job.failure?.class === 'disk-full' ? 'box-disk-full' : 'job-failed';
  return new MlInternError(reason, `${what} (${why}).`, {
    next: reason === 'box-disk-full' ? 'Free space on the box, then resume the run.' : next,
  });
}

/** One promise a key; a failed one is forgotten so that it can be tried again. */
function memo<K, V>(cache: Map<K, Promise<V>>, key: K, make: () => Promise<V>): Promise<V> {
  const known = cache.get(key);
  if (known) return known;
  const made = make();
  cache.set(key, made);
  made.catch(() => cache.delete(key));
  return made;
}
