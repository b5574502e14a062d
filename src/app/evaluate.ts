/** Evaluates a model for the command line: the benchmark, a file here or a preset, is put where the model lies. */
import { access, readdir, readFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import type { ProgramPlace } from '../core/box/program';
import { quoteFolder } from '../core/box/quote';
import { MlInternError } from '../core/errors';
import type { Judge } from '../core/evaluation/benchmark';
import {
  evaluateModel,
  type EvaluatedModel,
  type EvaluateOrder,
  type EvaluateWatch,
} from '../core/evaluation/evaluate-model';
import { presetSchema, type Preset } from '../core/evaluation/preset';
import { kindDefaults, kindOf } from '../core/evaluation/settings';
import { itemLines, type LoadedBenchmark } from '../core/experiments/bench';
import { loadBenchmark } from './benchmark';
import { judgeSecrets } from './judge';
import { withFiles } from './data-programs';
import type { AppOptions } from './options';

export interface EvaluateRequest extends EvaluateOrder {
  /** A .jsonl file here, or the name of a preset. */
  benchmark: string;
  split: 'dev' | 'promotion' | 'all';
  judge?: Judge | undefined;
}

export async function evaluate(
  host: string,
  request: EvaluateRequest,
  options: AppOptions,
  watch: EvaluateWatch,
): Promise<EvaluatedModel> {
  const { benchmark, split, judge, ...order } = request;
  const files = await filesOf(benchmark, { split, judge, seed: order.seed }, options);
  const secrets = await judgeSecrets(judge, options.secrets);
  return withFiles(host, options, async (place) => {
    await put(place, order.out, files);
    return evaluateModel(place, order, { ...watch, secrets });
  });
}

type Choice = Pick<EvaluateRequest, 'split' | 'judge' | 'seed'>;

async function filesOf(benchmark: string, choice: Choice, options: AppOptions): Promise<Record<string, string>> {
  const path = isAbsolute(benchmark) ? benchmark : join(options.workspace, benchmark);
  const isFile =
    benchmark.endsWith('.jsonl') ||
    (await access(path).then(
      () => true,
      () => false,
    ));
  if (!isFile) return presetFiles(await readPreset(options.productRoot, benchmark), choice);
  const loaded = await loadBenchmark({ benchmark: path, seed: choice.seed, judge: choice.judge }, options.workspace);
  return ownFiles(loaded, choice);
}

function ownFiles({ benchmark, items, splits }: LoadedBenchmark, { split }: Choice): Record<string, string> {
  const { itemsHash: _items, items: _count, settingsHash: _settings, ...settings } = benchmark;
  return {
    'benchmark.json': JSON.stringify(settings),
    'benchmark.jsonl': itemLines(split === 'all' ? items : splits[split]),
  };
}

function presetFiles(preset: Preset, { judge, split }: Choice): Record<string, string> {
  const { name, settings, dataset, fewShotDataset, runner } = preset;
  const refuse = (what: string, next: string) =>
    new MlInternError('bad-input', `The preset ${name} ${what}.`, { next });
  if (runner === 'inspect') {
    throw refuse('is run by inspect', `On the box: inspect eval ${preset.task ?? ''} in the environment inspect.`);
  }
  if (split !== 'all') throw refuse('is not split', 'Leave --split out: all of its items are asked.');
  const needsJudge = settings.kind === 'rubric' && !settings.judge;
  if (needsJudge && !judge) throw refuse('is graded by a judge', 'Name it with --judge-url and --judge-model.');
  const whole = { ...kindDefaults[kindOf(settings)], ...settings, name };
  const given = judge ? { judge: { temperature: 0, ...judge } } : {};
  return {
    'benchmark.json': JSON.stringify({ ...whole, ...given, dataset, ...(fewShotDataset ? { fewShotDataset } : {}) }),
  };
}

export async function readPreset(productRoot: string, name: string): Promise<Preset> {
  const folder = join(productRoot, 'box', 'benchmarks');
  const names = (await readdir(folder)).map((file) => file.replace(/\.json$/, '')).sort();
  if (!names.includes(name)) {
    throw new MlInternError('bad-input', `There is neither a file nor a preset ${name}.`, {
      next: `Give the path of a .jsonl file, or one of ${names.join(', ')}.`,
    });
  }
  return presetSchema.parse(JSON.parse(await readFile(join(folder, `${name}.json`), 'utf8')));
}

async function put({ shell }: ProgramPlace, folder: string, files: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    const command = `mkdir -p ${quoteFolder(folder)} && cat > ${quoteFolder(folder)}/${name}`;
    const { code, stderr } = await shell.exec(command, { stdin: text });
    if (code !== 0) {
      throw new MlInternError('box-command', `The benchmark could not be written to ${folder}: ${stderr.trim()}`, {
        next: 'Choose another folder with --out.',
      });
    }
  }
}
