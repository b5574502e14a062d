/** `ml-intern run`: a real run against a person's model endpoint, benchmark and box. */
import { isAbsolute, relative, resolve } from 'node:path';
import { Option, type Command } from 'commander';
import type { Autonomy, Budget, RunConfig } from '../../core/run/types';
import type { WatchRule } from '../../core/run/watch-rules';
import { workspaceOf, type Cli, type GlobalOptions } from '../app';
import { driveToEnd } from '../finish';
import {
  autonomyOption,
  boxDataOption,
  boxRootOption,
  slurmOption,
  command,
  examples,
  judgeModelOption,
  judgeOf,
  judgeUrlOption,
  modelUrlOption,
  positive,
  quotaOption,
  share,
  stopOnOption,
  wholeNumber,
} from '../options';
import { withRuns } from '../with-runs';

export interface RunOptions extends GlobalOptions {
  goal?: string;
  baseModel: string;
  benchmark: string;
  box: string;
  boxData?: string[];
  modelUrl: string;
  model: string;
  judgeModel?: string;
  instructModel?: string;
  wallHours: number;
  gpuHours?: number;
  tokens: number;
  experiments: number;
  target?: number;
  autonomy: Autonomy;
  seed: number;
  stopOn: WatchRule[];
}

export function runCommand(cli: Cli, done: (code: number) => void): Command {
  return command('run', 'raise a base model on a benchmark, on your own box')
    .option('--goal <text>', 'what to reach, in plain words (default: raise the base model on the benchmark)')
    .requiredOption('--base-model <id|path>', 'model id on the Hub, or a folder on the box')
    .requiredOption('--benchmark <name>', 'a .jsonl file of {question, answer} lines, or a preset, e.g. gsm8k')
    .option('--box <host>', '"local", a host as ssh knows it, slurm:HOST, or hf-jobs:FLAVOR', 'local')
    .addOption(boxDataOption())
    .addOption(boxRootOption())
    .addOption(quotaOption())
    .addOption(slurmOption())
    .addOption(modelUrlOption().makeOptionMandatory())
    .addOption(
      new Option('--model <name>', 'the model that drives the agent').env('ML_INTERN_MODEL').makeOptionMandatory(),
    )
    .option(
      '--instruct-model <id|path>',
      "the base model's official instruct model: its score is shown to compare with",
    )
    .addOption(judgeUrlOption())
    .addOption(judgeModelOption())
    .option('--wall-hours <h>', 'budget: hours until the run ends', positive, 8)
    .option('--gpu-hours <h>', 'budget: GPU hours on the box (default: no cap)', positive)
    .option('--tokens <n>', 'budget: tokens of the model that drives the agent', wholeNumber, 2_000_000)
    .option('--experiments <n>', 'budget: most experiments to try', wholeNumber, 12)
    .option('--target <share>', 'stop early when the lower bound of the dev score reaches this, e.g. 60%', share)
    .option('--seed <n>', 'seed of the splits and of training', wholeNumber, 1)
    .addOption(autonomyOption('ask-data-and-scripts'))
    .addOption(stopOnOption())
    .addHelpText('after', environmentHelp + examples(...runExamples))
    .action(async (options: RunOptions) => {
      const config = runConfig(options, workspaceOf(cli, options), cli);
      done(await withRuns(cli, options, async (runs) => driveToEnd(runs, await runs.start(config), cli, options)));
    });
}

const environmentHelp = `
Environment:
  ML_INTERN_MODEL_API_KEY  key for --model-url; it is sent to that address only
  ML_INTERN_JUDGE_API_KEY  key for --judge-url; only evaluations on the box get it, and send it to that address only
  HF_TOKEN                 token for the Hub (HF_ENDPOINT, or https://huggingface.co)
  GITHUB_TOKEN             optional: code of private repositories, and a search over all of GitHub
  ML_INTERN_SSH_TRANSPORT  how boxes are reached: built-in, system (the \`ssh\` program), or auto (default)
`;

const runExamples: [string, string][] = [
  [
    'A local model drives, the box of ~/.ssh/config trains',
    'ml-intern run --base-model Qwen/Qwen3-0.6B-Base --benchmark bench/gsm.jsonl --box gpu1 --model-url http://localhost:8000/v1 --model qwen3-coder --gpu-hours 6',
  ],
  [
    'Without questions, until 60 % or four hours',
    'ml-intern run --base-model ./models/base --benchmark items.jsonl --model-url https://router.huggingface.co/v1 --model MODEL --target 60% --wall-hours 4 --autonomy autopilot',
  ],
];

export function runConfig(options: RunOptions, workspace: string, cli: Pick<Cli, 'cwd' | 'version'>): RunConfig {
  const budget: Budget = {
    wallHours: options.wallHours,
    modelTokens: options.tokens,
    experiments: options.experiments,
  };
  const judge = judgeOf(options);
  if (options.gpuHours !== undefined) budget.gpuHours = options.gpuHours;
  return {
    goal: options.goal ?? `Raise ${options.baseModel} on ${options.benchmark} as far as the budget allows.`,
    baseModel: options.baseModel,
    benchmark: benchmarkOf(options.benchmark, workspace, cli.cwd),
    box: options.box,
    ...(options.boxData === undefined ? {} : { boxData: options.boxData }),
    budget,
    autonomy: options.autonomy,
    ...(options.target === undefined ? {} : { target: options.target }),
    seed: options.seed,
    stopOn: options.stopOn,
    model: { baseUrl: options.modelUrl, name: options.model },
    ...(judge ? { judge } : {}),
    ...(options.instructModel === undefined ? {} : { instructModel: options.instructModel }),
    versions: { 'ml-intern': cli.version },
  };
}

/** A path as it is seen from the workspace; a bare word is left as it is, for it may be a preset. */
function benchmarkOf(given: string, workspace: string, cwd: string): string {
  if (!/[\\/.]/.test(given)) return given;
  const path = resolve(cwd, given);
  const inside = relative(workspace, path);
  return inside.startsWith('..') || isAbsolute(inside) ? path : inside.replaceAll('\\', '/');
}
