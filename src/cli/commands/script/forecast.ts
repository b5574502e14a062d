/** `ml-intern script forecast`: tries a training script for some minutes and says what all of it takes. */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { z } from 'zod';
import { forecastInWords } from '../../../core/experiments/forecast';
import type { Forecast } from '../../../core/run/training';
import type { Cli, GlobalOptions } from '../../app';
import { exitCodes } from '../../exit-codes';
import { plain } from '../../format';
import { readJson, readScript } from '../../given-file';
import { boxRootOption, command, examples } from '../../options';
import { withBox } from '../../with-box';

interface ForecastOptions extends GlobalOptions {
  recipe?: string;
  config?: string;
  box: string;
  deadline?: number;
  python?: string;
}

export function forecastCommand(cli: Cli, done: (code: number) => void): Command {
  return command('forecast', 'try a training script for some minutes: seconds, GPU-hours and memory of all of it')
    .argument('<file>', 'the script; its trainer needs ml_intern_box.report.ReportCallback')
    .option('--recipe <file>', 'compiled first, to the rows that config.json names')
    .option('--config <file>', 'what its config.json holds (default: config.json beside the script)')
    .addOption(new Option('--box <host>', 'where it is tried').default('local'))
    .option('--deadline <seconds>', 'how long the training may take', positive)
    .option('--python <path>', 'a Python on the box with the packages (default: the environment that trains)')
    .addOption(boxRootOption())
    .addHelpText('after', help)
    .action((file: string, options: ForecastOptions) => forecast(cli, file, options, done));
}

const help = `${examples(
  [
    'Will it end within two hours?',
    'ml-intern script forecast train.py --recipe recipe.json --box gpu1 --deadline 7200',
  ],
  ['With your own Python', 'ml-intern script forecast train.py --python venv/bin/python --json'],
)}
Two steps on the longest rows come first, then at most a minute of training on all of them; nothing of it is kept.
The exit code is 1 when the training would not fit its deadline or the memory; what would fit is named.
`;

async function forecast(cli: Cli, file: string, options: ForecastOptions, done: (code: number) => void): Promise<void> {
  const { terminal } = cli;
  const order = await orderOf(cli, resolve(cli.cwd, file), options);
  const app = await cli.loadApp();
  const leaving = new AbortController();
  const off = terminal.onInterrupt(() => leaving.abort());
  try {
    const watch = { signal: leaving.signal, onOutput: (text: string) => terminal.line(plain(text)) };
    const answer = await withBox(cli, options.box, options, (box) => app.forecastScript(box, order, watch));
    terminal.out(options.json ? `${JSON.stringify(answer)}\n` : `${forecastText(answer)}\n`);
    done(answer.fits ? exitCodes.ok : exitCodes.failed);
  } finally {
    off();
  }
}

async function orderOf(cli: Cli, path: string, { recipe, config, box, deadline, python }: ForecastOptions) {
  const script = await readScript(path);
  const isHere = box === 'local';
  const configPath = config === undefined ? join(dirname(path), 'config.json') : resolve(cli.cwd, config);
  const settings = object.parse(await readJson(configPath, configPath));
  return {
    script,
    config: isHere ? placed(settings, dirname(configPath)) : settings,
    recipe: recipe === undefined ? undefined : object.parse(await readJson(resolve(cli.cwd, recipe), recipe)),
    deadlineSeconds: deadline,
    python: isHere && python !== undefined && /[/\\]/.test(python) ? resolve(cli.cwd, python) : python,
    productRoot: cli.productRoot,
  };
}

const object = z.record(z.string(), z.unknown());

/** The job runs in a folder of its own: what lies beside the configuration is named as it is seen from there. */
function placed(config: Record<string, unknown>, folder: string): Record<string, unknown> {
  const place = (value: unknown) => {
    const path = typeof value === 'string' ? resolve(folder, value) : '';
    return path !== '' && existsSync(path) ? path : value;
  };
  const named = ['base_model', 'data'].filter((key) => key in config);
  return { ...config, ...Object.fromEntries(named.map((key) => [key, place(config[key])])) };
}

export function forecastText(forecast: Forecast): string {
  const parts = Object.entries(forecast.parts).map(([name, seconds]) => `${name} ${Math.round(seconds)} s`);
  const verdict = forecast.fits
    ? 'It fits.'
    : `It does not fit. What would: ${forecast.largestThatFits?.words ?? '-'}.`;
  return [forecastInWords(forecast), `Of it: ${parts.join(', ')}.`, verdict].join('\n');
}

function positive(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError('Give a number of seconds.');
}
