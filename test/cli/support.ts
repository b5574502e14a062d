/** A terminal and runs that tests can look into: the CLI is driven through `runCli`, as a person drives it. */
import { resolve } from 'node:path';
import { forecastScript } from '../../src/app/script-forecast';
import { buildEnvironment } from '../../src/app/environments';
import { findCode, sendCode } from '../../src/app/code';
import { buildData, checkOverlap } from '../../src/app/data-programs';
import { evaluate } from '../../src/app/evaluate';
import { replayRun } from '../../src/app/replay';
import { checkModel } from '../../src/app/doctor';
import { openPapers } from '../../src/app/papers';
import { reduce } from '../../src/core/run/reducer';
import type { RunEvent, EventData, EventType } from '../../src/core/run/events';
import type { DecisionInput, MetricPoint, RunHandle, Runs, RunSummary } from '../../src/core/run/runs';
import type { TreeAsk } from '../../src/core/run/types';
import type { NeverEntry } from '../../src/core/approvals/never';
import { decideOn } from '../../src/core/approvals/decide';
import { MlInternError } from '../../src/core/errors';
import type { OpenedBox } from '../../src/core/box/opened-box';
import type { WheelhouseAnswer } from '../../src/core/ports/wheelhouse';
import type { Flavor } from '../../src/core/ports/hardware';
import type { Comparison, Decision, Proposal, Publication, RunConfig, Score } from '../../src/core/run/types';
import type { RunView } from '../../src/core/run/view';
import type { AppOptions } from '../../src/app/options';
import { mapData } from '../../src/app/data-map';
import { dataSheet, searchDatasets } from '../../src/app/data-sheet';
import { synthesise } from '../../src/app/synth';
import { preparePublication, publish } from '../../src/app/publish';
import { shipRun } from '../../src/app/ship';
import { openRows } from '../../src/app/rows';
import type { App, Cli } from '../../src/cli/app';
import { runCli } from '../../src/cli/program';
import type { Terminal } from '../../src/cli/terminal';

export class FakeTerminal implements Terminal {
  stdout = '';
  stderr = '';
  exited: number | undefined;
  edited: (text: string) => string = (text) => text;
  private readonly interrupts = new Set<() => void>();

  constructor(
    readonly interactive = false,
    readonly live = false,
    private readonly answers: (string | undefined)[] = [],
  ) {}

  columns = () => 80;
  busy = () => false;
  out(text: string): void {
    this.stdout += text;
  }
  err(text: string): void {
    this.stderr += text;
  }
  line(text: string): void {
    this.err(`${text}\n`);
  }
  ask(question: string): Promise<string | undefined> {
    this.stderr += question;
    return Promise.resolve(this.answers.shift());
  }
  /** What was asked without an echo. */
  readonly hidden: string[] = [];
  askHidden(question: string): Promise<string | undefined> {
    this.hidden.push(question);
    return this.ask(question);
  }
  edit(text: string): Promise<string> {
    return Promise.resolve(this.edited(text));
  }
  onInterrupt(listener: () => void): () => void {
    this.interrupts.add(listener);
    return () => this.interrupts.delete(listener);
  }
  interrupt(): void {
    for (const listener of [...this.interrupts]) listener();
  }
  exit(code: number): void {
    this.exited = code;
  }
}

export const config: RunConfig = {
  goal: 'Raise tiny on almanac',
  baseModel: 'practice/almanac-tiny',
  benchmark: 'items.jsonl',
  box: 'local',
  budget: { wallHours: 1, modelTokens: 1000, experiments: 5 },
  autonomy: 'ask-data-and-scripts',
  seed: 1,
  model: { baseUrl: 'http://127.0.0.1:1/v1', name: 'stand-in' },
  versions: {},
};

export function score(value: number, invalidShare = 0): Score {
  const interval = { low: value - 0.05, high: value + 0.05 };
  return { metric: 'exact', value, ...interval, n: 120, seeds: [1], invalidShare, truncatedShare: 0, meanTokens: 2 };
}

export function comparison(against: string, difference: number): Comparison {
  const verdict = difference > 0.05 ? 'better' : difference < -0.05 ? 'worse' : 'no evidence';
  const interval = { low: difference - 0.04, high: difference + 0.04 };
  const counts = { repaired: 3, learned: 20, lost: 1 };
  return { against, n: 120, difference, ...interval, pValue: 0.001, method: 'McNemar', verdict, ...counts };
}

/** A run whose log a test writes event by event. */
export class FakeRun implements RunHandle {
  readonly events: RunEvent[] = [];
  readonly decisions: Decision[] = [];
  stopped = false;
  readonly done: Promise<RunView>;
  private settle: (view: RunView) => void = () => undefined;
  private readonly changes = new Set<(view: RunView) => void>();
  private readonly metricListeners = new Set<(job: string, points: MetricPoint[]) => void>();

  constructor(
    readonly id: string,
    readonly runConfig: RunConfig,
  ) {
    this.done = new Promise((resolve) => (this.settle = resolve));
    this.add('run.created', { id, name: id, config: runConfig });
  }

  add<T extends EventType>(type: T, data: EventData[T]): void {
    const seq = this.events.length + 1;
    const time = new Date(Date.UTC(2026, 0, 1, 0, 0, seq)).toISOString();
    this.events.push({ v: 1, seq, time, type, data } as RunEvent);
    for (const listener of [...this.changes]) listener(this.view());
  }

  end(ending: 'goal-met' | 'budget-spent' | 'agent-finished' = 'agent-finished'): void {
    this.add('run.finished', { ending, summary: '' });
    this.settle(this.view());
  }

  metrics(job: string, points: MetricPoint[]): void {
    for (const listener of this.metricListeners) listener(job, points);
  }

  view = () => reduce(this.events);
  onChange(listener: (view: RunView) => void): () => void {
    this.changes.add(listener);
    return () => this.changes.delete(listener);
  }
  onMetrics(listener: (job: string, points: MetricPoint[]) => void): () => void {
    this.metricListeners.add(listener);
    return () => this.metricListeners.delete(listener);
  }
  onSpeech = () => () => undefined;
  decide(proposal: string, input: DecisionInput): Promise<Decision> {
    const { decision } = decideOn(this.view(), proposal, input);
    this.decisions.push(decision);
    this.add('proposal.decided', { decision });
    return Promise.resolve(decision);
  }
  say = () => Promise.resolve();
  stop(): Promise<void> {
    this.stopped = true;
    this.add('run.stopped', { by: 'person', message: 'Stopped.' });
    this.settle(this.view());
    return Promise.resolve();
  }
}

/** What `start` and `resume` do with a run is the test's script. */
export class FakeRuns implements Runs {
  readonly runs: FakeRun[] = [];
  driven = new Set<string>();
  disposed = false;
  folderOf = (id: string) => `/workspace/ml-intern/${id}`;

  constructor(private readonly script: (run: FakeRun) => void = () => undefined) {}

  list = () => Promise.resolve(this.runs.map((run) => this.summary(run)));
  view = (id: string) => Promise.resolve(this.find(id).view());
  previewSource = () => Promise.reject(new Error('not expected'));
  telemetry = () => Promise.resolve({ samples: [], next: 0 });
  folder = (id: string) => this.folderOf(id);
  metrics = () => Promise.resolve([]);
  start(runConfig: RunConfig): Promise<RunHandle> {
    const run = new FakeRun(`run-${this.runs.length + 1}`, runConfig);
    this.runs.push(run);
    return this.resume(run.id);
  }
  resume(id: string): Promise<RunHandle> {
    const run = this.find(id);
    run.add('run.started', { by: 'cli', process: 1 });
    setImmediate(() => this.script(run));
    return Promise.resolve(run);
  }
  readonly neverAgain: NeverEntry[] = [];
  never = () => Promise.resolve(this.neverAgain);
  allowAgain = (dataset: string) => {
    const at = this.neverAgain.findIndex((entry) => entry.dataset === dataset);
    if (at >= 0) this.neverAgain.splice(at, 1);
    return Promise.resolve(at >= 0);
  };
  approvePublication = (id: string, proposal: Proposal, surface: string) => {
    const run = this.find(id);
    run.add('proposal.made', { proposal });
    return run.decide(proposal.id, { verdict: 'approve', hash: proposal.hash, surface }).then(() => undefined);
  };
  recordPublication = (id: string, publication: Publication) =>
    Promise.resolve(this.find(id).add('publication.made', publication));
  askOfTree = (id: string, ask: TreeAsk) => Promise.resolve(this.find(id).add('tree.asked', ask));
  decide = (id: string, proposal: string, input: DecisionInput) => this.find(id).decide(proposal, input);
  active = () => [];
  onDidChange = () => () => undefined;
  dispose(): Promise<void> {
    this.disposed = true;
    return Promise.resolve();
  }

  private find(id: string): FakeRun {
    const run = this.runs.find((one) => one.id === id);
    if (!run) throw new MlInternError('run-not-found', `No run ${id}.`, { next: 'List them.' });
    return run;
  }

  private summary(run: FakeRun): RunSummary {
    const { id, name, state, phase, createdAt } = run.view();
    return { id, name, goal: run.runConfig.goal, state, phase, createdAt, active: this.driven.has(id) };
  }
}

export interface Played {
  code: number;
  terminal: FakeTerminal;
  runs: FakeRuns;
  options: AppOptions | undefined;
}

const flavors: Flavor[] = [
  {
    name: 'cpu-basic',
    title: 'CPU Basic',
    cpus: 2,
    memoryMiB: 16 * 1024,
    diskMiB: 50 * 1024,
    gpu: null,
    gpus: 0,
    gpuMemoryMiB: 0,
    usdPerHour: 0.01,
  },
  {
    name: 'a10g-largex2',
    title: '2x Nvidia A10G - large',
    cpus: 24,
    memoryMiB: 92 * 1024,
    diskMiB: 50 * 1024,
    gpu: 'A10G',
    gpus: 2,
    gpuMemoryMiB: 24 * 1024,
    usdPerHour: 3,
  },
];

function wheelhouse(sets: readonly string[]): WheelhouseAnswer {
  const target = { python: '3.11', machine: 'x86_64', glibc: '2.35', accelerator: 'cpu' as const };
  return { folder: '/root/wheelhouse', wheels: sets.length, ...target };
}

/** Where a model is gathered, and the template of its Space. */
const shipping = (given: AppOptions, env: NodeJS.ProcessEnv): AppOptions => ({
  ...given,
  home: env['ML_INTERN_HOME'] ?? given.home,
  productRoot: resolve(__dirname, '../..'),
});

/** Runs one command line against fake runs. */
export async function play(
  args: string[],
  runs = new FakeRuns(),
  terminal = new FakeTerminal(),
  env: NodeJS.ProcessEnv = {},
  box?: OpenedBox,
): Promise<Played> {
  let options: AppOptions | undefined;
  const app: App = {
    createRuns: (given) => {
      options = given;
      return runs;
    },
    practiceConfig: ({ seed, autonomy, stopOn = [] }) => ({
      ...{ ...config, seed, autonomy, stopOn: [...stopOn], practice: { seed } },
    }),
    listHardware: (given) => {
      options = given;
      return Promise.resolve(flavors);
    },
    // Where a test names no home, nothing is kept.
    openPapers: (given) => openPapers({ ...given, home: env['ML_INTERN_HOME'] ?? '/dev/null' }),
    openRows,
    mapData,
    dataSheet: (request, given, watch) =>
      dataSheet(request, { ...given, productRoot: resolve(__dirname, '../..') }, watch),
    searchDatasets,
    buildEnvironment: (box, name) => buildEnvironment(box, name, resolve(__dirname, '../..')),
    forecastScript: (box, order, watch) =>
      forecastScript(box, { ...order, productRoot: resolve(__dirname, '../..') }, watch),
    findCode,
    sendCode,
    fillWheelhouse: (_box, order) => {
      order.onProgress({ bytes: 0, totalBytes: 2 ** 20 });
      return Promise.resolve(wheelhouse(order.sets));
    },
    buildData: (host, order, given, watch) => {
      options = given;
      return buildData(host, order, { ...given, productRoot: resolve(__dirname, '../..') }, watch);
    },
    synthesise: (order, given, watch) => {
      options = given;
      return synthesise(order, { ...given, productRoot: resolve(__dirname, '../..') }, watch);
    },
    replayRun,
    shipRun,
    openRunBox: (_view, given) => app.openBox('the box of the run', given),
    preparePublication: (order, given, watch) => preparePublication(order, shipping(given, env), watch),
    publish: (of, plan, approval, given, watch) => publish(of, plan, approval, shipping(given, env), watch),
    checkModel: (host, order, given, signal) => {
      options = given;
      return checkModel(host, order, { ...given, productRoot: resolve(__dirname, '../..') }, signal);
    },
    evaluate: (host, order, given, watch) => {
      options = given;
      const places = { productRoot: resolve(__dirname, '../..'), home: env['ML_INTERN_HOME'] ?? given.home };
      return evaluate(host, order, { ...given, ...places }, watch);
    },
    checkOverlap: (host, order, given, watch) => {
      options = given;
      return checkOverlap(host, order, { ...given, productRoot: resolve(__dirname, '../..') }, watch);
    },
    openBox: (host, given) => {
      options = given;
      if (box) return Promise.resolve(box);
      const next = { next: 'Check the address.' };
      return Promise.reject(new MlInternError('box-unreachable', `Nobody answers at ${host}.`, next));
    },
  };
  const cli: Cli = {
    terminal,
    env,
    productRoot: '/product',
    home: '/nowhere',
    cwd: '/workspace',
    version: '1.2.3',
    command: 'ml-intern',
    loadApp: () => Promise.resolve(app),
  };
  const code = await runCli(args, cli);
  return { code, terminal, runs, options };
}
