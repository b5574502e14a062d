/** Benchmarks by name: their items are read from the Hub once for each revision, and then are a benchmark like any file. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FileStore } from '../adapters/files/file-store';
import { MlInternError } from '../core/errors';
import { checkSettings, type BenchmarkTexts, type Judge } from '../core/evaluation/benchmark';
import { presetSchema, type Preset, type PresetDataset } from '../core/evaluation/preset';
import { pickExamples, presetItems, storedAnswers } from '../core/evaluation/preset-items';
import { jsonHash } from '../core/hash';
import type { Row, RowSource } from '../core/ports/rows';
import { itemLines } from '../core/experiments/bench';
import type { BenchmarkItem, BenchmarkSource } from '../core/run/types';
import { openHub } from './hub';
import type { AppOptions } from './options';
import { hubEndpoints } from './rows';

/** Those that can be used in a run or by `eval run`. */
export async function listPresets(productRoot: string): Promise<Preset[]> {
  return Promise.all((await presetNames(productRoot)).map((name) => readPreset(productRoot, name)));
}

export async function readPreset(productRoot: string, name: string): Promise<Preset> {
  const names = await presetNames(productRoot);
  if (!names.includes(name)) {
    throw new MlInternError('bad-input', `There is neither a file nor a preset ${name}.`, {
      next: `Give the path of a .jsonl file, or one of ${names.join(', ')}.`,
    });
  }
  return presetSchema.parse(JSON.parse(await readFile(join(folderOf(productRoot), `${name}.json`), 'utf8')));
}

const folderOf = (productRoot: string): string => join(productRoot, 'box', 'benchmarks');

async function presetNames(productRoot: string): Promise<string[]> {
  return (await readdir(folderOf(productRoot))).map((file) => file.replace(/\.json$/, '')).sort();
}

/** Of a run that has begun: whose items it asks, and who judges them. */
export interface PresetOrder {
  source?: BenchmarkSource | undefined;
  judge?: Judge | undefined;
  signal?: AbortSignal | undefined;
}

/** At the revisions that a run began with; else the preset's own, else the newest. */
export async function presetTexts(
  preset: Preset,
  { source, judge, signal }: PresetOrder,
  options: AppOptions,
): Promise<BenchmarkTexts> {
  const { name, settings, dataset, fewShotDataset: few } = preset;
  // Before anything is fetched.
  checkSettings(settings, { name, judge });
  const main = await fetchItems(name, dataset, source, { options, signal });
  const more = few && (await fetchItems(`${name}-examples`, few, source?.examples, { options, signal }));
  // Two more than are shown: an item must not be shown to itself.
  const shown = few && more && { ...more, items: itemLines(pickExamples(itemsOf(more.text), few.n + 2, few.seed)) };
  return {
    published: preset.known,
    ...{ name, text: main.text, source: { ...main.source, ...(shown ? { examples: shown.source } : {}) } },
    settings: JSON.stringify({
      ...{ ...settings, name },
      ...(few ? { fewShot: { file: examplesFile, n: few.n, seed: few.seed } } : {}),
    }),
    files: shown ? { [examplesFile]: shown.items } : {},
  };
}

const examplesFile = 'examples.jsonl';

/** Kept by dataset and revision, so that a run can go on without the Hub. Not in the run's folder: some must not be published. */
async function fetchItems(
  name: string,
  { reader, ...dataset }: PresetDataset,
  known: Pick<BenchmarkSource, 'revision'> | undefined,
  { options, signal }: { options: AppOptions; signal: AbortSignal | undefined },
): Promise<{ text: string; source: BenchmarkSource }> {
  const cache = new FileStore(join(options.home, 'cache', 'benchmarks'));
  const open = (files = dataset.files) => {
    const { id, config, split } = dataset;
    const revision = known?.revision ?? dataset.revision ?? undefined;
    return openHub(hubEndpoints(options)).rows({ id, config, split, revision, files, whole: true }, signal);
  };
  const source = known ? undefined : await open();
  const revision = known?.revision ?? (await source?.describe(signal))?.revision ?? '';
  const path = `${name}-${jsonHash({ ...dataset, reader, revision }).slice(0, 16)}.jsonl`;
  const kept = await cache.read(path);
  if (kept !== undefined) return { text: kept, source: { dataset: dataset.id, revision } };
  const rows = await rowsOf(source ?? (await open()), signal);
  const against = dataset.against && storedAnswers(await rowsOf(await open([dataset.against]), signal), dataset.id);
  const text = itemLines(presetItems(rows, reader, dataset.id, against || undefined));
  await cache.write(path, text);
  return { text, source: { dataset: dataset.id, revision } };
}

async function rowsOf(source: RowSource, signal?: AbortSignal): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const { row } of source.rows({ signal })) rows.push(row);
  return rows;
}

/** Of a text that was made here. */
const itemsOf = (text: string): BenchmarkItem[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as BenchmarkItem);
