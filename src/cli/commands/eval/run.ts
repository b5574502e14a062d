/** `ml-intern eval run MODEL`: a model's score on a benchmark, outside of any run. */
import { basename, resolve } from 'node:path';
import { Option, type Command } from 'commander';
import type { EvaluateRequest } from '../../../app/evaluate';
import { isAbort, MlInternError } from '../../../core/errors';
import type { EvaluatedModel } from '../../../core/evaluation/evaluate-model';
import { appOptions, type Cli, type GlobalOptions } from '../../app';
import { exitCodes } from '../../exit-codes';
import { count, percent, plain, scoreText } from '../../format';
import {
  boxRootOption,
  command,
  examples,
  judgeModelOption,
  judgeOf,
  judgeUrlOption,
  share,
  wholeNumber,
} from '../../options';

interface RunOptions extends GlobalOptions {
  benchmark: string;
  box?: string;
  split: 'dev' | 'promotion' | 'all';
  limit?: number;
  seed?: number;
  out?: string;
  python?: string;
  batchSize?: number;
  stopBelow?: number;
  judgeModel?: string;
}

export function runCommand(cli: Cli, done: (code: number) => void): Command {
  return command('run', 'score a model on a benchmark of your own or a preset')
    .argument('<model>', 'folder of a model where it is evaluated, or its id on the Hub')
    .requiredOption(
      '--benchmark <name>',
      'a .jsonl file of items (with its settings in a .json beside it), or a preset',
    )
    .option('--box <host>', 'evaluate on a box over SSH (default: this machine); paths of model and --out lie there')
    .addOption(new Option('--split <name>', 'of a file').choices(['all', 'dev', 'promotion']).default('all'))
    .option('--limit <n>', 'only the first items', wholeNumber)
    .option('--seed <n>', 'of sampling and of the split (default: 0)', wholeNumber)
    .option('--out <dir>', 'folder for items.jsonl and result.json (default: ml-intern-eval/MODEL-BENCHMARK)')
    .option(
      '--python <path>',
      'interpreter there that has lm_eval, or inspect_ai for it (default: the environment "eval" or "inspect")',
    )
    .option('--batch-size <n>', 'prompts at once (default: as many as fit)', wholeNumber)
    .option('--stop-below <share>', 'stop early when this score is out of reach; never for a final figure', share)
    .addOption(judgeUrlOption())
    .addOption(judgeModelOption())
    .addOption(boxRootOption())
    .addHelpText('after', help)
    .action((model: string, options: RunOptions) => run(cli, model, options, done));
}

const help = `${examples(
  ['Your own items', 'ml-intern eval run ./final_model --benchmark mine.jsonl --json'],
  ['A preset, where the GPU is', 'ml-intern eval run Qwen/Qwen3-1.7B --benchmark gsm8k --box gpu1'],
)}
Presets: gpqa-main, gsm8k, humaneval, aime-2025, healthbench-easy, bfcl-exec-simple, arena-hard-writing, ifeval.
Settings beside mine.jsonl are in mine.json: {"kind": "exact"|"choice"|"numeric"|"regex"|"calls"|"code"|"rubric"|"inspect", "prompt",
"fewShot": {"file", "n", "seed"}, "sampling": {"temperature", "topP", "n", "stop"}, "maxTokens", "system", "template":
"none"|"model"|FILE, ...}. The judge's key is read from ML_INTERN_JUDGE_API_KEY and sent
to --judge-url only.
Compare two results with "ml-intern eval compare".
`;

async function run(cli: Cli, model: string, options: RunOptions, done: (code: number) => void): Promise<void> {
  const { terminal } = cli;
  const leaving = new AbortController();
  const off = terminal.onInterrupt(() => leaving.abort());
  try {
    const app = await cli.loadApp();
    const watch = { signal: leaving.signal, onProgress: (text: string) => terminal.line(plain(text)) };
    const request = requestOf(cli.cwd, model, options);
    const answer = await app.evaluate(options.box ?? 'local', request, appOptions(cli, options), watch);
    terminal.out(options.json ? `${JSON.stringify(answer)}\n` : `${textOf(answer)}\n`);
    done(exitCodes.ok);
  } catch (error) {
    if (!leaving.signal.aborted || !isAbort(error)) throw error;
    throw new MlInternError('cancelled', 'The evaluation was cancelled.', { next: 'Start it again when you like.' });
  } finally {
    off();
  }
}

function requestOf(cwd: string, model: string, options: RunOptions): EvaluateRequest {
  const isHere = options.box === undefined || options.box === 'local';
  const named = `${basename(model)}-${basename(options.benchmark, '.jsonl')}`;
  const out = options.out ?? `${isHere ? '' : '~/'}ml-intern-eval/${named}`;
  const isPath = /^[./~]/.test(model);
  const benchmark = options.benchmark.endsWith('.jsonl') ? resolve(cwd, options.benchmark) : options.benchmark;
  const judge = judgeOf(options);
  return {
    ...{ benchmark, split: options.split, seed: options.seed ?? 0, limit: options.limit, batchSize: options.batchSize },
    model: isHere && isPath && !model.startsWith('~') ? resolve(cwd, model) : model,
    out: isHere ? resolve(cwd, out) : out,
    python: options.python === undefined || !isHere ? options.python : resolve(cwd, options.python),
    ...(options.stopBelow === undefined ? {} : { stopBelow: { score: options.stopBelow } }),
    ...(judge ? { judge } : {}),
  };
}

export function textOf({ score, items, result }: EvaluatedModel): string {
  const stopped = result.stopped;
  return [
    `${score.metric}: ${scoreText(score)} over ${count(score.n)} items`,
    `Invalid ${percent(score.invalidShare)}, truncated ${percent(score.truncatedShare)}, ${score.meanTokens.toFixed(1)} tokens an answer`,
    ...(stopped
      ? [
          `Stopped after ${count(stopped.after)} of ${count(stopped.of)} items: ${percent(stopped.toBeat)} was out of reach.`,
        ]
      : []),
    `Every item: ${plain(items)}`,
  ].join('\n');
}
