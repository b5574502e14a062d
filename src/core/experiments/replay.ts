/** Repeats an experiment from its manifest: same script, rows, base and seeds; trained and evaluated again, with a log of its own. */
import { MlInternError } from '../errors';
import type { Store } from '../ports/store';
import type { GeneratedRows, Score } from '../run/types';
import type { ExperimentView, RunView } from '../run/view';
import { jobRequest, type Bench } from './bench';
import type { Evaluations } from './evaluations';
import { experimentFiles, scriptHash, type ExperimentContent } from './files';
import { trainedWith, type TrainedWith } from './launches';
import { changedInputs, manifestPath, manifestSchema, type Manifest } from './manifest';
import { jobError, type BaseModel, type Preparation } from './preparation';
import { trainJobOf, trainingOrder, trainingPlan } from './training';

export interface Original {
  view: RunView;
  experiment: ExperimentView;
  manifest: Manifest;
  script: string;
  /** As its log tells, which nobody edits; null where it has no training. */
  trained: TrainedWith | null;
  /** Rows that were written for the run and that its recipe takes, by file. */
  ownRows: { rows: GeneratedRows; text: string }[];
}

export interface ReplayParts {
  /** Of the replay: its journal and folder are new. */
  bench: Bench;
  preparation: Preparation;
  evaluations: Evaluations;
  original: Original;
}

export interface ReplayResult {
  run: string;
  experiment: string;
  old: Score;
  new: Score;
  /** The new score lies in the old one's interval. */
  within: boolean;
  /** What was not the same although it must be; empty: the same was measured. */
  changed: string[];
  /** Bit for bit; null where one of both is not recorded. */
  sameWeights: boolean | null;
  repeated: boolean;
}

/** Refuses what is not what was scored. */
export async function readOriginal(
  store: Store,
  folder: string,
  view: RunView,
  wanted: string | null,
): Promise<Original> {
  const experiment = view.experiments.find(({ id }) => id === wanted);
  if (!experiment) {
    const what = wanted === null ? 'no experiment with a score' : `no experiment ${wanted}`;
    throw new MlInternError('bad-input', `The run ${view.id} has ${what}.`, { next: 'See "ml-intern runs show".' });
  }
  const text = await store.read(manifestPath(folder, experiment));
  const script = await store.read(`${folder}/${experiment.folder}/train.py`);
  const parsed = text === undefined ? undefined : manifestSchema.safeParse(JSON.parse(text));
  if (!parsed?.success || script === undefined)
    throw new MlInternError('bad-input', `${experiment.id} has no manifest or script to be repeated from.`, {
      next: 'Experiments get a manifest when they are scored; repeat one that was.',
    });
  const { recipe, config } = experiment;
  if (scriptHash({ script, config, recipe }) !== parsed.data.code.hash)
    throw new MlInternError('not-approved', `${experiment.folder}/train.py is not the script that was scored.`, {
      next: 'Put the old script back; a changed one is a new experiment.',
    });
  const files = new Set(recipe.sources.map(({ dataset }) => dataset.file));
  const own = view.generated.filter(({ file }) => files.has(file));
  const ownRows = await Promise.all(
    own.map(async (rows) => ({ rows, text: (await store.read(`${folder}/${rows.file}`)) ?? '' })),
  );
  const job = trainJobOf(view, experiment);
  const trained = job ? trainedWith(view, experiment, job) : null;
  return { view, experiment, manifest: parsed.data, script, trained, ownRows };
}

export async function replay(parts: ReplayParts): Promise<ReplayResult> {
  const { bench, preparation, evaluations, original } = parts;
  const { manifest } = original;
  if (bench.loaded.benchmark.itemsHash !== manifest.benchmark.itemsHash)
    throw new MlInternError(
      'benchmark-changed',
      'The benchmark file is not the one that the experiment was scored on.',
      {
        next: 'Put the old file back, then replay again.',
      },
    );
  const base = await preparation.baseModel();
  if (base.weightsHash !== manifest.baseModel.weightsHash)
    throw new MlInternError(
      'bad-input',
      `The weights of ${manifest.baseModel.id} are not those that it was trained from.`,
      {
        next: 'Fetch the revision that the run used, then replay again.',
      },
    );
  const experiment = await begin(parts, base);
  await train(parts, experiment, base);
  const { score } = await evaluations.evaluate(experiment.id, 'dev');
  const text = await bench.store.read(manifestPath(bench.runFolder, experiment));
  return compared(original, score, manifestSchema.parse(JSON.parse(text ?? 'null')));
}

function compared({ view, experiment, manifest }: Original, score: Score, now: Manifest): ReplayResult {
  const { low, high } = manifest.score;
  const within = score.value >= low && score.value <= high;
  const changed = changedInputs({ ...manifest, code: now.code }, now);
  const [before, after] = [manifest.output.weightsHash, now.output.weightsHash];
  const sameWeights = before === null || after === null ? null : before === after;
  const told = { run: view.id, experiment: experiment.id, old: manifest.score, new: score };
  return { ...told, within, changed, sameWeights, repeated: within && changed.length === 0 };
}

/** The experiment in the replay's log, approved by whoever asked for the replay: exactly what ran before. */
async function begin({ bench, original }: ReplayParts, base: BaseModel): Promise<ExperimentView> {
  const { journal, store, runFolder } = bench;
  const { id, slug, hypothesis, recipe, folder, config: written } = original.experiment;
  const old = original.trained?.config ?? written;
  // The same weights may lie elsewhere on another box.
  const config = 'base_model' in old ? { ...old, base_model: base.path } : old;
  const content: ExperimentContent = { script: original.script, config, recipe };
  const hash = scriptHash(content);
  for (const [path, text] of Object.entries(experimentFiles(content)))
    await store.write(`${runFolder}/${folder}/${path}`, text);
  for (const { rows, text } of original.ownRows) {
    await store.write(`${runFolder}/${rows.file}`, text);
    await journal.record('rows.generated', { rows });
  }
  const subject = { kind: 'script' as const, experiment: id, ...content, parent: null, parentScript: null };
  const proposal = { id: `replay-${id}`, kind: 'script' as const, hash, title: `Replay of ${id}`, why: '', subject };
  await journal.record('proposal.made', { proposal });
  await journal.record('proposal.decided', {
    decision: { proposal: proposal.id, hash, verdict: 'approve', by: 'person', reason: 'Approved before, repeated.' },
  });
  const created = { id, slug, parent: null, hypothesis, recipe, config, scriptHash: hash, folder };
  await journal.record('experiment.created', created);
  const found = journal.view.experiments.find((one) => one.id === id);
  if (!found) throw new TypeError('An experiment that was recorded is in the view.');
  return found;
}

async function train({ bench, preparation, original }: ReplayParts, experiment: ExperimentView, base: BaseModel) {
  const { capSeconds = 24 * 3600, gpus } = original.trained ?? {};
  const here = (await bench.card()).gpus.length;
  // A box with fewer shares the rows of a step among those that it has: the steps stay the same.
  const wanted = gpus !== undefined && gpus <= here ? gpus : undefined;
  const order = await trainingOrder(bench, experiment, {
    id: bench.jobs.attempt(`${bench.runId}-${experiment.id}`),
    environment: await preparation.environment('train'),
    capSeconds,
    plan: await trainingPlan(bench, experiment, base.parameters, wanted),
  });
  const place = { experiment: experiment.id, folder: experiment.folder };
  const job = await bench.jobs.run(await jobRequest(bench, order), place);
  if (job.state !== 'finished')
    throw jobError(job, `The training of ${experiment.id} could not be repeated`, "Read the job's stderr.log.");
}
