/** The steps of "Start Post-Training Run", in order. */
import * as vscode from 'vscode';
import type { AppOptions } from '../../app/options';
import { toMlInternError } from '../../core/errors';
import type { Autonomy } from '../../core/run/types';
import type { Engine } from '../app';
import type { EditorSecrets } from '../secrets';
import type { Settings } from '../settings';
import {
  autonomyChoices,
  budgetChoices,
  checkBaseModel,
  checkBaseUrl,
  checkHost,
  checkModelName,
  type OwnRun,
} from './config';
import { ask, type Choice, pick, type Place, type Step } from './wizard';

export interface Answers extends Omit<OwnRun, 'stopOn' | 'boxData'> {
  kind: 'practice' | 'own';
}

export interface StepContext {
  engine: Engine;
  settings: Settings;
  secrets: EditorSecrets;
  options: AppOptions;
}

export function initialAnswers(settings: Settings, kind: Answers['kind']): Answers {
  return {
    kind,
    baseModel: '',
    benchmark: '',
    box: settings.boxHost,
    model: { ...settings.model },
    budget: settings.budget,
    autonomy: settings.autonomy,
  };
}

export function stepsFor(context: StepContext, answers: Answers, askKind: boolean): Step<Answers>[] {
  const first = askKind ? [askKindOfRun] : [];
  if (answers.kind === 'practice') return [...first, askAutonomy];
  const model = (given: Answers, place: Place): Promise<void> => askModel(context, given, place);
  const box = (given: Answers, place: Place): Promise<void> => askBox(context, given, place);
  const benchmark = (given: Answers, place: Place): Promise<void> => askBenchmark(context, given, place);
  const budget = (given: Answers, place: Place): Promise<void> => askBudget(context, given, place);
  return [...first, askBaseModel, benchmark, box, model, budget, askAutonomy];
}

async function askKindOfRun(answers: Answers, place: Place): Promise<void> {
  answers.kind = await pick<Answers['kind']>(place, {
    placeholder: 'What shall run?',
    current: answers.kind,
    choices: [
      {
        value: 'practice',
        label: '$(beaker) Practice run',
        description: 'needs no key, GPU or account',
        detail: 'A complete run in a small offline world: real training, evaluation and approvals, in some minutes.',
      },
      {
        value: 'own',
        label: '$(rocket) Your own run',
        description: 'base model, benchmark, box',
        detail: 'Raise a base model on a benchmark of yours, on your own machine.',
      },
    ],
  });
}

async function askBaseModel(answers: Answers, place: Place): Promise<void> {
  answers.baseModel = await ask(place, {
    prompt: 'Base model: a Hub id, or a folder on the box',
    placeholder: 'e.g. Qwen/Qwen3-0.6B-Base',
    value: answers.baseModel,
    validate: checkBaseModel,
  });
}

async function askBenchmark(context: StepContext, answers: Answers, place: Place): Promise<void> {
  const files = await vscode.workspace.findFiles('**/*.jsonl', '{**/node_modules/**,ml-intern/**,**/.*/**}', 50);
  const presets = await context.engine.listPresets(context.options.productRoot);
  const browse = Symbol('browse');
  const choices: Choice<string | typeof browse>[] = files
    .map((file) => ({ value: file.fsPath, label: `$(file) ${vscode.workspace.asRelativePath(file)}` }))
    .sort((a, b) => a.label.localeCompare(b.label));
  choices.push(
    ...presets.map(({ name, title, items }) => ({
      ...{ value: name, label: `$(library) ${name}`, description: `${items} items from the Hub`, detail: title },
    })),
  );
  choices.push({ value: browse, label: '$(folder-opened) Choose another file…' });
  for (;;) {
    const placeholder = 'Benchmark: a .jsonl file with a "question" and an "answer" on each line, or one known by name';
    const chosen = await pick<string | typeof browse>(place, { placeholder, choices, current: answers.benchmark });
    const name = typeof chosen === 'string' ? chosen : await browseForBenchmark();
    if (name !== undefined && (await isBenchmark(context, name))) {
      answers.benchmark = name;
      return;
    }
  }
}

async function browseForBenchmark(): Promise<string | undefined> {
  const [file] =
    (await vscode.window.showOpenDialog({ title: 'Benchmark', filters: { 'JSON lines': ['jsonl'] } })) ?? [];
  return file?.fsPath;
}

/** A broken benchmark is said at once, not when the box has been set up. */
async function isBenchmark({ engine, settings, options }: StepContext, benchmark: string): Promise<boolean> {
  try {
    await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: `Reading the items of ${benchmark}` },
      () => engine.readBenchmarkSummary({ benchmark, judge: settings.judge }, options),
    );
    return true;
  } catch (error) {
    const { message, next } = toMlInternError(error);
    await vscode.window.showErrorMessage(`${message} ${next}`, { modal: true });
    return false;
  }
}

async function askBox({ engine }: StepContext, answers: Answers, place: Place): Promise<void> {
  const hosts = await engine.sshHosts();
  const other = '\u0000other';
  const named = [...new Set([...hosts, ...(answers.box === 'local' ? [] : [answers.box])])];
  const choice = await pick<string>(place, {
    placeholder: 'Box: the machine that trains',
    current: answers.box,
    choices: [
      { value: 'local', label: '$(vm) This machine', description: 'the one that VS Code runs on' },
      ...named.map((host) => ({ value: host, label: `$(remote) ${host}`, description: 'over SSH' })),
      { value: other, label: '$(add) Another host…' },
    ],
  });
  answers.box =
    choice !== other
      ? choice
      : await ask(place, {
          prompt: 'Host, as you would give it to ssh',
          placeholder: 'e.g. me@gpu-box',
          value: '',
          validate: checkHost,
        });
}

async function askModel({ settings, secrets }: StepContext, answers: Answers, place: Place): Promise<void> {
  const { model } = settings;
  const known = model.name !== '' && (await secrets.hasModelKey(model.baseUrl));
  const use = known
    ? await pick<'known' | 'other'>(place, {
        placeholder: 'Model that the agent thinks with',
        choices: [
          { value: 'known', label: `$(sparkle) ${model.name}`, description: model.baseUrl },
          { value: 'other', label: '$(add) Another model or endpoint…' },
        ],
      })
    : 'other';
  if (use === 'known') {
    answers.model = { ...model };
    return;
  }
  const baseUrl = await ask(place, {
    prompt: 'Base URL of an OpenAI-compatible endpoint',
    placeholder: 'e.g. http://localhost:8000/v1',
    value: answers.model.baseUrl,
    validate: checkBaseUrl,
  });
  const name = await ask(place, {
    prompt: `Model at ${baseUrl}`,
    placeholder: 'as the endpoint names it',
    value: answers.model.name,
    validate: checkModelName,
  });
  answers.model = { baseUrl, name };
  if (!(await secrets.hasModelKey(baseUrl))) await askKey(secrets, baseUrl, place);
}

async function askKey(secrets: EditorSecrets, baseUrl: string, place: Place): Promise<void> {
  const key = await ask(place, {
    prompt: `API key for ${baseUrl}; leave it empty when none is needed. It is kept in VS Code's secret storage.`,
    placeholder: 'key',
    value: '',
    password: true,
    validate: () => undefined,
  });
  if (key !== '') await secrets.setModelKey(baseUrl, key);
}

async function askBudget({ settings }: StepContext, answers: Answers, place: Place): Promise<void> {
  const choices = budgetChoices(settings.budget);
  answers.budget = await pick(place, {
    placeholder: 'Budget: the run stops by itself when any of these is used up',
    choices,
    current: answers.budget,
  });
}

async function askAutonomy(answers: Answers, place: Place): Promise<void> {
  answers.autonomy = await pick<Autonomy>(place, {
    placeholder: 'What may the agent do without asking?',
    choices: [...autonomyChoices],
    current: answers.autonomy,
  });
}
