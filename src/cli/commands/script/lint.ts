/** `ml-intern script lint`: what will not work in a training script, or not do what it seems to, before it runs. */
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { Option, type Command } from 'commander';
import { z } from 'zod';
import { cannot } from '../../../core/box/opened-box';
import { MlInternError } from '../../../core/errors';
import type { LintAnswer, LintOrder, ScriptFinding } from '../../../core/ports/script-lints';
import type { Cli, GlobalOptions } from '../../app';
import { exitCodes } from '../../exit-codes';
import { plain } from '../../format';
import { readScript } from '../../given-file';
import { boxRootOption, command, examples } from '../../options';
import { withBox } from '../../with-box';

interface LintOptions extends GlobalOptions {
  recipe?: string;
  config?: string;
  box: string;
  baseModel?: string;
  python?: string;
  allow?: string[];
}

export function lintCommand(cli: Cli, done: (code: number) => void): Command {
  return command('lint', 'find what will not work in a training script, before it runs')
    .argument('<file>', 'the script, e.g. train.py; it is read, never run')
    .option('--recipe <file>', 'the recipe whose rows it trains on: its columns are checked against the trainer')
    .option('--config <file>', 'what its config.json will hold (default: config.json beside the script, if any)')
    .addOption(new Option('--box <host>', 'whose packages it will run with').default('local'))
    .option('--base-model <dir|id>', 'a model folder on the box, or an id in its cache: template and end of text')
    .option('--python <path>', 'a Python on the box with the packages (default: the environment that trains)')
    .option('--allow <rules...>', 'rules whose findings shall only warn')
    .addOption(boxRootOption())
    .addHelpText('after', help)
    .action((file: string, options: LintOptions) => lint(cli, file, options, done));
}

const help = `${examples(
  ['Before it is launched', 'ml-intern script lint train.py --recipe recipe.json --box gpu1'],
  ['With your own Python', 'ml-intern script lint train.py --python venv/bin/python'],
)}
Arguments are compared with what is installed there. The exit code is 1 when there are errors; warnings do not count.
`;

async function lint(cli: Cli, file: string, options: LintOptions, done: (code: number) => void): Promise<void> {
  const { terminal } = cli;
  const order = await orderOf(cli, resolve(cli.cwd, file), options);
  const answer = await withBox(cli, options.box, options, async (box) => {
    if (!box.lint) throw cannot(box, 'check a script without a job');
    // Whether a script has a GPU is known of a box that was named, not of the machine that it is written on.
    const gpus = options.box === 'local' ? {} : await gpusOf(box.check());
    return box.lint({ ...order, ...gpus });
  });
  terminal.out(options.json ? `${JSON.stringify(answer)}\n` : `${lintText(basename(file), answer)}\n`);
  done(answer.errors.length > 0 ? exitCodes.failed : exitCodes.ok);
}

async function gpusOf(card: Promise<{ gpus: unknown[]; schedulerOptions?: unknown }>): Promise<{ gpus?: number }> {
  const { gpus, schedulerOptions } = await card;
  return schedulerOptions === undefined ? { gpus: gpus.length } : {};
}

async function orderOf(cli: Cli, path: string, options: LintOptions): Promise<LintOrder> {
  const { recipe, baseModel, python, allow, box } = options;
  const script = await readScript(path);
  const beside = join(dirname(path), 'config.json');
  const config =
    options.config === undefined ? await readObject(beside, true) : await readObject(resolve(cli.cwd, options.config));
  const place = (there: string) => (box === 'local' && /[/\\]/.test(there) ? resolve(cli.cwd, there) : there);
  return {
    script,
    ...(config === undefined ? {} : { config }),
    ...(recipe === undefined ? {} : { recipe: await readObject(resolve(cli.cwd, recipe)) }),
    ...(baseModel === undefined ? {} : { baseModel: await localFolder(baseModel, place(baseModel)) }),
    ...(python === undefined ? {} : { python: place(python) }),
    ...(allow === undefined ? {} : { allow }),
    beside: await modulesBeside(path),
  };
}

/** An id on the Hub looks like a path; it is one where the folder is there. */
async function localFolder(named: string, path: string): Promise<string> {
  const isThere = await readdir(path).then(
    () => true,
    () => false,
  );
  return isThere ? path : named;
}

async function modulesBeside(path: string): Promise<string[]> {
  const entries = await readdir(dirname(path), { withFileTypes: true }).catch(() => []);
  const names = entries.map((entry) => (entry.isDirectory() ? entry.name : /^(.*)\.py$/.exec(entry.name)?.[1]));
  return names.filter((name): name is string => name !== undefined && /^[A-Za-z_]\w*$/.test(name)).slice(0, 1000);
}

function readObject(path: string, optional: true): Promise<Record<string, unknown> | undefined>;
function readObject(path: string): Promise<Record<string, unknown>>;
async function readObject(path: string, optional = false): Promise<Record<string, unknown> | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined && optional) return undefined;
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text ?? ''));
  } catch (error) {
    const what = text === undefined ? 'cannot be read' : 'is no JSON object';
    throw new MlInternError('bad-input', `${path} ${what}.`, { next: 'Check the file.', cause: error });
  }
}

export function lintText(file: string, { errors, warnings, checked, environment, note }: LintAnswer): string {
  const line = (kind: string) => (finding: ScriptFinding) =>
    plain(`${file}:${finding.line}:${finding.column} ${kind} [${finding.rule}] ${finding.message} ${finding.fix}`);
  const against = checked
    ? `Checked against ${environment === null ? 'that Python' : `environment ${environment}`}`
    : '';
  const counts = `${number(errors.length, 'error')}, ${number(warnings.length, 'warning')}.`;
  return [
    ...errors.map(line('error')),
    ...warnings.map(line('warning')),
    ...(note === undefined ? [] : [plain(note)]),
    against === '' ? counts : `${against}: ${counts}`,
  ].join('\n');
}

function number(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
