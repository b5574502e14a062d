/** Options that several commands share, and how their values are read. */
import { resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { MlInternError, toMlInternError } from '../core/errors';
import type { Judge } from '../core/evaluation/benchmark';
import type { Autonomy } from '../core/run/types';
import { usualStopOn, watchRules, watchRulesOf, type WatchRule } from '../core/run/watch-rules';

const autonomies: readonly Autonomy[] = ['ask-everything', 'ask-data-and-scripts', 'autopilot'];

export function workspaceOption(): Option {
  return new Option(
    '-w, --workspace <dir>',
    'folder that holds (or gets) the ml-intern/ folder (default: here)',
  ).argParser((dir: string) => resolve(dir));
}

export function jsonOption(): Option {
  return new Option('--json', 'print exactly one JSON object on stdout; everything else goes to stderr');
}

export function autonomyOption(standard: Autonomy): Option {
  return new Option('--autonomy <level>', 'what is asked before it happens').choices(autonomies).default(standard);
}

export function stopOnOption(): Option {
  const which = `${watchRules.join(', ')}, or none`;
  return new Option('--stop-on <rules>', `rules that end a training, the others only tell: ${which}`)
    .argParser(stopRules)
    .default([...usualStopOn], usualStopOn.join(','));
}

export function modelUrlOption(): Option {
  return new Option(
    '--model-url <url>',
    'base URL of an OpenAI-compatible endpoint; the only address ML_INTERN_MODEL_API_KEY is sent to',
  )
    .env('ML_INTERN_MODEL_URL')
    .argParser(url);
}

export function judgeUrlOption(): Option {
  return new Option(
    '--judge-url <url>',
    'OpenAI-compatible endpoint of the judge of a rubric, asked from the box; the only address ML_INTERN_JUDGE_API_KEY is sent to',
  )
    .env('ML_INTERN_JUDGE_URL')
    .argParser(url);
}

export function judgeModelOption(): Option {
  return new Option('--judge-model <name>', 'the model that judges').env('ML_INTERN_JUDGE_MODEL');
}

/** Undefined where none is named; half of one is refused. */
export function judgeOf({ judgeUrl, judgeModel }: { judgeUrl?: string; judgeModel?: string }): Judge | undefined {
  if (judgeUrl !== undefined && judgeModel !== undefined) return { url: judgeUrl, model: judgeModel };
  if (judgeUrl === undefined && judgeModel === undefined) return undefined;
  throw new MlInternError('bad-input', 'A judge needs both an address and a model.', {
    next: 'Give --judge-url and --judge-model.',
  });
}

export function boxRootOption(): Option {
  return new Option('--box-root <dir>', 'folder on the box (default: ~/.ml-intern)').env('ML_INTERN_BOX_ROOT');
}

/** May be given several times. */
export function boxDataOption(): Option {
  const what = 'folder on the box whose data files the agent may read; relative to the home folder there (repeatable)';
  return new Option('--box-data <dir>', what).argParser((folder: string, before: string[] = []) => {
    // Nothing at all would be the home folder itself.
    if (folder.trim() === '') throw new InvalidArgumentError('It must name a folder.');
    return [...before, folder];
  });
}

export function quotaOption(): Option {
  return new Option('--quota <gib>', 'most that our folder on the box may hold; above it, new jobs are refused')
    .env('ML_INTERN_BOX_QUOTA')
    .argParser(positive);
}

export function slurmOption(): Option {
  return new Option('--slurm <options>', 'for sbatch on boxes named slurm:HOST, e.g. "--partition=gpu --mem=64G"').env(
    'ML_INTERN_SLURM_OPTIONS',
  );
}

/** A command with the options that every command has. */
export function command(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .addOption(workspaceOption())
    .addOption(jsonOption())
    .option('--verbose', 'also tell what happens inside')
    .showHelpAfterError('(see --help)');
}

export function examples(...lines: [string, string][]): string {
  return `\nExamples:\n${lines.map(([what, line]) => `  # ${what}\n  $ ${line}`).join('\n')}\n`;
}

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0 || text.trim() === '')
    throw new InvalidArgumentError('It must be a whole number, 0 or more.');
  return value;
}

/** Names with commas between them. */
export function stopRules(text: string): WatchRule[] {
  if (text.trim() === 'none') return [];
  try {
    return watchRulesOf(
      text.split(',').map((name) => name.trim()),
      '--stop-on',
    );
  } catch (error) {
    const { message, next } = toMlInternError(error);
    throw new InvalidArgumentError(`${message} ${next}`);
  }
}

export function positive(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError('It must be a number above 0.');
  return value;
}

export function port(text: string): number {
  const value = wholeNumber(text);
  if (value < 1 || value > 65_535) throw new InvalidArgumentError('It must be a port, 1 to 65535.');
  return value;
}

const daysOf: Record<string, number> = { h: 1 / 24, d: 1, w: 7 };

/** An age in days: 14d, 2w, 36h, or a bare number of days. */
export function days(text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)([hdw]?)$/.exec(text.trim()) ?? [];
  if (amount === undefined) throw new InvalidArgumentError('It must be an age such as 14d, 2w or 36h.');
  return Number(amount) * (daysOf[unit || 'd'] ?? 1);
}

export function share(text: string): number {
  const value = text.trim().endsWith('%') ? Number(text.trim().slice(0, -1)) / 100 : Number(text);
  if (!(value > 0 && value <= 1)) throw new InvalidArgumentError('It must be a share such as 0.6 or 60%.');
  return value;
}

export function url(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw new InvalidArgumentError('It must be an http or https URL.');
  return text;
}
