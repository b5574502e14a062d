/** What an experiment was made from and with, by hash: written beside it when it is scored, and what a replay is held to. */
import { z } from 'zod';
import { jsonHash, sha256 } from '../hash';
import type { Score } from '../run/types';
import type { ExperimentView } from '../run/view';
import { evaluationEnvironment, type Bench, type EnvironmentName } from './bench';
import { pretty } from './files';
import { trainedWith } from './launches';
import type { Preparation } from './preparation';
import { trainJobOf } from './training';

/** What the evaluator says about itself; older ones say less. */
const evaluatedSchema = z.object({
  evaluator: z.string(),
  evaluatorVersion: z.string(),
  evaluatorHash: z.string().nullish(),
  itemsHash: z.string(),
  modelHash: z.string().nullish(),
  templateHash: z.string().nullish(),
  settingsHash: z.string().nullish(),
});
const environmentSchema = z.object({ hash: z.string(), lockHash: z.string() });

export const manifestSchema = z.object({
  version: z.literal(1),
  run: z.string(),
  experiment: z.string(),
  /** Of the product. */
  versions: z.record(z.string(), z.string()),
  code: z.object({ hash: z.string() }),
  /** That the model was trained with: where memory ran out, not as it was written. */
  config: z.record(z.string(), z.unknown()),
  /** Absent in manifests of earlier versions. */
  training: z.object({ capSeconds: z.number(), gpus: z.number().nullable() }).optional(),
  recipe: z.object({ hash: z.string(), rowsHash: z.string().nullable() }),
  data: z.array(z.object({ id: z.string(), revision: z.string(), config: z.string(), split: z.string() })),
  baseModel: z.object({ id: z.string(), weightsHash: z.string() }),
  environments: z.object({ train: environmentSchema, eval: environmentSchema }),
  hardware: z.object({ box: z.string(), os: z.string(), cpus: z.number(), gpus: z.array(z.string()) }),
  seeds: z.object({ run: z.number(), recipe: z.number(), training: z.number().nullable() }),
  benchmark: z.object({ name: z.string(), itemsHash: z.string(), split: z.string(), devItemsHash: z.string() }),
  evaluator: evaluatedSchema.omit({ modelHash: true, templateHash: true, itemsHash: true }),
  templateHash: z.string().nullable(),
  output: z.object({ weightsHash: z.string().nullable() }),
  score: z.custom<Score>((value) => typeof value === 'object' && value !== null),
});
export type Manifest = z.infer<typeof manifestSchema>;

export interface Scored {
  /** The evaluation's. */
  job: string;
  score: Score;
}

export const manifestPath = (runFolder: string, { folder }: ExperimentView): string =>
  `${runFolder}/${folder}/manifest.json`;

export async function writeManifest(
  bench: Bench,
  preparation: Preparation,
  experiment: ExperimentView,
  scored: Scored,
): Promise<Manifest> {
  const manifest = await manifestOf(bench, preparation, experiment, scored);
  await bench.store.write(manifestPath(bench.runFolder, experiment), pretty(manifest));
  return manifest;
}

export async function manifestOf(
  bench: Bench,
  preparation: Preparation,
  experiment: ExperimentView,
  { job, score }: Scored,
): Promise<Manifest> {
  const { config: run } = bench.journal;
  const { recipe, waterfall } = experiment;
  const { view } = bench.journal;
  const trainJob = trainJobOf(view, experiment);
  const trained = trainJob && trainedWith(view, experiment, trainJob);
  const config = trained?.config ?? experiment.config;
  const { modelHash, templateHash, itemsHash, ...evaluator } = evaluatedSchema.parse(await bench.jobs.result(job));
  const card = await bench.card();
  return {
    ...{ version: 1, run: bench.runId, experiment: experiment.id, versions: run.versions, score },
    ...{ code: { hash: experiment.scriptHash }, config },
    ...(trained ? { training: { capSeconds: trained.capSeconds, gpus: trained.gpus ?? null } } : {}),
    recipe: { hash: jsonHash(recipe), rowsHash: waterfall?.sha256 ?? null },
    data: recipe.sources.map(({ dataset: { id, revision, config: name, split } }) => {
      return { id, revision, config: name, split };
    }),
    baseModel: { id: run.baseModel, weightsHash: (await preparation.baseModel()).weightsHash },
    environments: {
      train: await environment('train'),
      eval: await environment(evaluationEnvironment(bench.loaded.benchmark)),
    },
    hardware: { box: card.name, os: card.os, cpus: card.cpus, gpus: card.gpus.map(({ name }) => name) },
    seeds: { run: run.seed, recipe: recipe.seed, training: numberOr(config['seed']) },
    benchmark: {
      ...{ name: bench.loaded.benchmark.name, itemsHash: bench.loaded.benchmark.itemsHash },
      ...{ split: 'dev', devItemsHash: itemsHash },
    },
    ...{ evaluator, templateHash: templateHash ?? null, output: { weightsHash: modelHash ?? null } },
  };

  async function environment(name: EnvironmentName) {
    const lock = bench.environmentSets[name];
    return { hash: await preparation.environment(name), lockHash: sha256(lock.constraints.join('\n')) };
  }
}

const numberOr = (value: unknown): number | null => (typeof value === 'number' ? value : null);

/** What differs between two manifests of things that must not: each named for people. */
export function changedInputs(before: Manifest, now: Manifest): string[] {
  const pairs: [string, string | null | undefined, string | null | undefined][] = [
    ['the script, its configuration or its recipe', before.code.hash, now.code.hash],
    ['the training rows', before.recipe.rowsHash, now.recipe.rowsHash],
    ["the base model's weights", before.baseModel.weightsHash, now.baseModel.weightsHash],
    ['the training environment', before.environments.train.lockHash, now.environments.train.lockHash],
    ['the evaluation environment', before.environments.eval.lockHash, now.environments.eval.lockHash],
    ['the chat template', before.templateHash, now.templateHash],
    ['the evaluator', before.evaluator.evaluatorHash, now.evaluator.evaluatorHash],
    ["the evaluator's version", before.evaluator.evaluatorVersion, now.evaluator.evaluatorVersion],
    ["the benchmark's items", before.benchmark.devItemsHash, now.benchmark.devItemsHash],
  ];
  // What an older version did not record cannot have changed as far as anybody knows.
  return pairs.filter(([, old, recent]) => old && recent && old !== recent).map(([what]) => what);
}
