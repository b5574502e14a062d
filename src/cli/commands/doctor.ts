/** `ml-intern doctor DIR`: whether a model's folder is fit to be shipped. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { DoctorCheck, DoctorOrder, DoctorResult } from '../../core/doctor/doctor';
import { isAbort, MlInternError } from '../../core/errors';
import { appOptions, type Cli, type GlobalOptions } from '../app';
import { exitCodes } from '../exit-codes';
import { plain } from '../format';
import { boxRootOption, command, examples } from '../options';

interface DoctorOptions extends GlobalOptions {
  base?: string;
  instruct?: string;
  transformers?: string;
  python?: string;
  box?: string;
  load: boolean;
}

export function doctorCommand(cli: Cli, done: (code: number) => void): Command {
  return command('doctor', "whether a model's folder is fit to be shipped: it loads, it stops, nothing is missing")
    .argument('<dir>', 'folder of the model; with --box it counts from the home folder there')
    .option('--base <dir|hash>', 'proof of descent: from the base model in this folder, or from weights of this hash')
    .option('--instruct <dir>', 'a sibling of the base that must not have been trained instead')
    .option('--transformers <version>', 'a version that it must load in, e.g. 4.57')
    .option('--python <path>', 'an interpreter with torch and transformers, for loading it and letting it answer')
    .option('--no-load', 'look at the files only')
    .option('--box <host>', 'the folder lies on this box')
    .addOption(boxRootOption())
    .addHelpText('after', help)
    .action((folder: string, options: DoctorOptions) => doctor(cli, folder, options, done));
}

const help = `${examples(
  ['Before it is shipped', 'ml-intern doctor out/model --base models/Qwen3-1.7B-Base --python .venv/bin/python'],
  ['On the box that trained it', 'ml-intern doctor runs/model --box gpu1 --json'],
)}
Without an interpreter that has torch and transformers (named, or built by "ml-intern box envs HOST --build train") the
files, tokens and weights are checked and the rest is "not-checked". The exit code is 1 when a check failed.
`;

async function doctor(cli: Cli, folder: string, options: DoctorOptions, done: (code: number) => void): Promise<void> {
  const { terminal } = cli;
  const leaving = new AbortController();
  const off = terminal.onInterrupt(() => leaving.abort());
  try {
    const app = await cli.loadApp();
    const order = orderOf(cli, folder, options);
    const result = await app.checkModel(options.box ?? 'local', order, appOptions(cli, options), leaving.signal);
    terminal.out(options.json ? `${JSON.stringify(result)}\n` : `${doctorText(result)}\n`);
    done(result.ok ? exitCodes.ok : exitCodes.failed);
  } catch (error) {
    if (!leaving.signal.aborted || !isAbort(error)) throw error;
    throw new MlInternError('cancelled', 'The check was cancelled.', { next: 'Start it again when you like.' });
  } finally {
    off();
  }
}

function orderOf({ cwd }: Cli, folder: string, options: DoctorOptions): DoctorOrder {
  const { base, instruct, transformers, python, box, load } = options;
  const place = (path: string) => (box === undefined || box === 'local' ? resolve(cwd, path) : path);
  return {
    model: place(folder),
    ...(base === undefined ? {} : { baseModel: /^[0-9a-f]{64}$/.test(base) ? base : place(base) }),
    ...(instruct === undefined ? {} : { instruct: place(instruct) }),
    ...(transformers === undefined ? {} : { transformers }),
    ...(python === undefined ? {} : { python: python.includes('/') ? place(python) : python }),
    ...(load ? {} : { load }),
  };
}

const order = ['fail', 'warn', 'not-checked', 'pass'] as const;
const marks: Record<DoctorCheck['result'], string> = { fail: '✗', warn: '!', 'not-checked': '–', pass: '✓' };

/** The worst first. */
export function doctorText({ ok, checks }: DoctorResult): string {
  const sorted = checks.toSorted((a, b) => order.indexOf(a.result) - order.indexOf(b.result));
  const lines = sorted.flatMap(({ name, result, message, fix }) => [
    `${marks[result]} ${plain(name)}: ${plain(message)}`,
    ...(fix === '' || result === 'pass' ? [] : [`    ${plain(fix)}`]),
  ]);
  const number = (wanted: DoctorCheck['result']) => checks.filter(({ result }) => result === wanted).length;
  const counts = `${number('fail')} failed, ${number('warn')} to look at, ${number('not-checked')} not checked, ${number('pass')} passed`;
  return [...lines, '', `${ok ? 'Fit to be shipped' : 'Not fit to be shipped'}: ${counts}.`].join('\n');
}
