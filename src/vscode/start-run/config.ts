/** Answers of the start command -> RunConfig, and what makes an answer acceptable. */
import type { Judge } from '../../core/evaluation/benchmark';
import type { Autonomy, Budget, RunConfig } from '../../core/run/types';
import type { WatchRule } from '../../core/run/watch-rules';
import { autonomyWords } from '../facts';
import { formatCompact } from '../format';

export interface OwnRun {
  baseModel: string;
  benchmark: string;
  box: string;
  /** Folders of it whose data files the agent may read. */
  boxData: string[];
  model: { baseUrl: string; name: string };
  /** Of the settings; for rubrics. */
  judge?: Judge | undefined;
  budget: Budget;
  autonomy: Autonomy;
  /** Rules that end a training. */
  stopOn: WatchRule[];
}

export function ownRunConfig({ judge, boxData, ...answers }: OwnRun, version: string, seed = 1): RunConfig {
  const benchmark = answers.benchmark.split(/[\\/]/).at(-1) ?? answers.benchmark;
  return {
    goal: `Raise ${answers.baseModel} on ${benchmark.replace(/\.jsonl$/, '')}`,
    ...answers,
    ...(boxData.length > 0 ? { boxData } : {}),
    ...(judge ? { judge } : {}),
    seed,
    versions: { 'ml-intern': version },
  };
}

export const autonomyChoices: readonly { value: Autonomy; label: string; detail: string }[] = [
  {
    value: 'ask-data-and-scripts',
    label: autonomyWords['ask-data-and-scripts'],
    detail: 'Datasets and scripts wait for you; what you approved is launched.',
  },
  {
    value: 'ask-everything',
    label: autonomyWords['ask-everything'],
    detail: 'Datasets, scripts and every launch on the box wait for you.',
  },
  {
    value: 'autopilot',
    label: autonomyWords.autopilot,
    detail: 'The policy decides; licences, overlap and the budget are still enforced. Publishing asks.',
  },
];

export function budgetChoices(own: Budget): { value: Budget; label: string; detail: string }[] {
  const short: Budget = { wallHours: 2, modelTokens: 500_000, experiments: 4 };
  const long: Budget = { wallHours: 24, modelTokens: 10_000_000, experiments: 40 };
  return [
    { value: own, label: 'From your settings', detail: budgetInWords(own) },
    { value: short, label: 'Short', detail: budgetInWords(short) },
    { value: long, label: 'A day', detail: budgetInWords(long) },
  ];
}

export function budgetInWords(budget: Budget): string {
  const gpu = budget.gpuHours === undefined ? [] : [`${budget.gpuHours} GPU-hours`];
  const hours = `${budget.wallHours} ${budget.wallHours === 1 ? 'hour' : 'hours'}`;
  return [hours, ...gpu, `${formatCompact(budget.modelTokens)} tokens`, `${budget.experiments} experiments`].join(
    ' · ',
  );
}

export function checkBaseModel(value: string): string | undefined {
  if (value === '') return 'Name a base model, e.g. Qwen/Qwen3-0.6B-Base, or give its folder on the box.';
  const onHub = /^[\w.-]+(\/[\w.-]+)?(@[\w./-]+)?$/.test(value);
  return onHub || value.startsWith('/') || value.startsWith('~/')
    ? undefined
    : 'Give a Hub id (owner/name) or an absolute folder on the box.';
}

export function checkBaseUrl(value: string): string | undefined {
  if (!URL.canParse(value)) return 'Give a full address, e.g. http://localhost:8000/v1.';
  const { protocol, username, password } = new URL(value);
  if (protocol !== 'http:' && protocol !== 'https:') return 'The address must begin with http:// or https://.';
  return username === '' && password === ''
    ? undefined
    : 'Leave user name and password out: the key is asked for next.';
}

export function checkHost(value: string): string | undefined {
  return /^[\w.@:[\]-]+$/.test(value) && !value.startsWith('-')
    ? undefined
    : 'Give a host as ssh knows it, e.g. gpu-box or me@10.0.0.7:2222.';
}

export const checkModelName = (value: string): string | undefined =>
  value === '' ? 'Name the model as the endpoint knows it.' : undefined;
