/** Evaluates a model for the command line: the benchmark, a file here or a preset, is put where the model lies. */
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
  const files = filesOf(await loadBenchmark({ benchmark, judge, seed: order.seed }, options, watch.signal), split);
  const secrets = await judgeSecrets(judge, options.secrets);
  return withFiles(host, options, async (place) => {
    await put(place, order.out, files);
    return evaluateModel(place, order, { ...watch, secrets });
  });
}

function filesOf(loaded: LoadedBenchmark, split: EvaluateRequest['split']): Record<string, string> {
  const { benchmark, items, splits, source } = loaded;
  const { itemsHash: _items, items: _count, settingsHash: _settings, references: _references, ...settings } = benchmark;
  return {
    'benchmark.json': JSON.stringify({ ...settings, ...(source ? { dataset: source } : {}) }),
    'benchmark.jsonl': itemLines(split === 'all' ? items : splits[split]),
  };
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
