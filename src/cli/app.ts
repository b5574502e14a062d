/** What the CLI uses of the product's inside. The heavy code behind it is loaded only when a command needs it. */
import { type AppOptions, type PracticeChoice, type Settings, parseSshTransport } from '../app/options';
import type { JudgedHit, SheetRequest, SheetWatch } from '../app/data-sheet';
import type { MapAnswer, MapRequest } from '../app/data-map';
import type { ReplayOrder } from '../app/replay';
import type { Approval, PublishOrder } from '../app/publish';
import type { ShipAnswer, ShipOrder } from '../app/ship';
import type { RowsRequest } from '../app/rows';
import type { EvaluateRequest } from '../app/evaluate';
import type { JobWatch } from '../app/lone-jobs';
import type { ScriptForecastOrder } from '../app/script-forecast';
import type { SynthAnswer, SynthOrder, SynthWatch } from '../app/synth';
import type { CodeOrder, FoundCode, SentCode } from '../app/code';
import type { WheelOrder } from '../app/wheels';
import type { OpenedBox } from '../core/box/opened-box';
import { splitOptions } from '../core/box/scheduler';
import type { BuildResult, BuildWatch } from '../core/data/build';
import type { OverlapOrder, OverlapResult, OverlapWatch } from '../core/data/overlap-check';
import type { DoctorOrder, DoctorResult } from '../core/doctor/doctor';
import type { ReplayResult } from '../core/experiments/replay';
import type { StorageOptions } from '../core/ports/box-files';
import type { JobStatus } from '../core/ports/box';
import type { EvaluatedModel, EvaluateWatch } from '../core/evaluation/evaluate-model';
import type { Logger } from '../core/ports/common';
import type { Inspected } from '../core/data/inspect';
import type { DatasetQuery } from '../core/ports/hub';
import type { Flavor } from '../core/ports/hardware';
import type { Papers } from '../core/ports/papers';
import type { RowSource } from '../core/ports/rows';
import type { WheelhouseAnswer } from '../core/ports/wheelhouse';
import type { Forecast } from '../core/run/training';
import type { Runs } from '../core/run/runs';
import type { Publication, Recipe, RunConfig } from '../core/run/types';
import type { RunView } from '../core/run/view';
import type { PublicationPlan } from '../core/ship/publication';
import { takeSecrets } from './secrets';
import { TerminalPrompts } from './ssh-prompts';
import type { Terminal } from './terminal';

export interface App {
  createRuns(options: AppOptions): Runs;
  practiceConfig(options: PracticeChoice): RunConfig;
  openBox(host: string, options: AppOptions): Promise<OpenedBox>;
  buildEnvironment(box: OpenedBox, name: string, productRoot: string): Promise<JobStatus>;
  fillWheelhouse(box: OpenedBox, order: WheelOrder): Promise<WheelhouseAnswer>;
  forecastScript(box: OpenedBox, order: ScriptForecastOrder, watch: JobWatch): Promise<Forecast>;
  listHardware(options: AppOptions): Promise<Flavor[]>;
  findCode(folder: string): Promise<FoundCode>;
  sendCode(box: OpenedBox, order: CodeOrder): Promise<SentCode>;
  openPapers(options: AppOptions): Papers;
  openRows(request: RowsRequest, options: AppOptions, signal?: AbortSignal): Promise<RowSource>;
  dataSheet(request: SheetRequest, options: AppOptions, watch?: SheetWatch): Promise<Inspected>;
  mapData(request: MapRequest, options: AppOptions, signal?: AbortSignal): Promise<MapAnswer>;
  searchDatasets(query: DatasetQuery, options: AppOptions, signal?: AbortSignal): Promise<JudgedHit[]>;
  buildData(
    host: string,
    order: { recipe: Recipe; out: string },
    options: AppOptions,
    watch: BuildWatch,
  ): Promise<BuildResult>;
  synthesise(order: SynthOrder, options: AppOptions, watch: SynthWatch): Promise<SynthAnswer>;
  openRunBox(view: RunView, options: AppOptions, signal: AbortSignal): Promise<OpenedBox>;
  preparePublication(order: PublishOrder, options: AppOptions, watch: StorageOptions): Promise<PublicationPlan>;
  publish(
    runs: Runs,
    plan: PublicationPlan,
    approval: Approval,
    options: AppOptions,
    watch: StorageOptions,
  ): Promise<Publication[]>;
  shipRun(order: ShipOrder, options: AppOptions, watch: StorageOptions): Promise<ShipAnswer>;
  replayRun(order: ReplayOrder, options: AppOptions, signal: AbortSignal): Promise<ReplayResult>;
  checkModel(host: string, order: DoctorOrder, options: AppOptions, signal?: AbortSignal): Promise<DoctorResult>;
  evaluate(host: string, request: EvaluateRequest, options: AppOptions, watch: EvaluateWatch): Promise<EvaluatedModel>;
  checkOverlap(host: string, order: OverlapOrder, options: AppOptions, watch: OverlapWatch): Promise<OverlapResult>;
}

/** Everything a command is given. */
export interface Cli {
  terminal: Terminal;
  env: NodeJS.ProcessEnv;
  productRoot: string;
  /** Where caches, the practice world and its base model lie. */
  home: string;
  cwd: string;
  version: string;
  /** How this program was called, for commands that a person may copy. */
  command: string;
  loadApp(): Promise<App>;
}

export interface GlobalOptions {
  workspace?: string;
  json?: boolean;
  verbose?: boolean;
  modelUrl?: string;
  judgeUrl?: string;
  boxRoot?: string;
  /** In GiB. */
  quota?: number;
  slurm?: string;
  offline?: boolean;
}

export function appOptions(cli: Cli, options: GlobalOptions): AppOptions {
  const { env, terminal } = cli;
  const logger = terminalLogger(terminal, options.verbose === true);
  const hubEndpoint = env['HF_ENDPOINT'] || 'https://huggingface.co';
  const modelUrl = options.modelUrl ?? env['ML_INTERN_MODEL_URL'];
  const judgeUrl = options.judgeUrl ?? env['ML_INTERN_JUDGE_URL'];
  const bindings = { modelUrl, judgeUrl, hubEndpoint, semanticScholar: semanticScholarOf(env) };
  return {
    workspace: workspaceOf(cli, options),
    productRoot: cli.productRoot,
    home: cli.home,
    secrets: takeSecrets(env, bindings, logger),
    // What needs a person is asked (or told) by the drive itself.
    notifier: { notify: (message, urgency) => urgency === 'info' && terminal.line(message) },
    logger,
    surface: 'cli',
    ...(terminal.interactive
      ? { confirmHostKey: confirmHostKey(terminal), prompts: new TerminalPrompts(terminal) }
      : {}),
    settings: {
      ...(options.quota === undefined ? {} : { boxQuotaBytes: options.quota * 2 ** 30 }),
      boxRoot: options.boxRoot ?? env['ML_INTERN_BOX_ROOT'] ?? '',
      slurmOptions: splitOptions(options.slurm ?? env['ML_INTERN_SLURM_OPTIONS'] ?? ''),
      hfJobs: {
        image: env['ML_INTERN_HF_JOBS_IMAGE'] || undefined,
        volume: env['ML_INTERN_HF_JOBS_VOLUME'] || undefined,
      },
      sshTransport: parseSshTransport(env['ML_INTERN_SSH_TRANSPORT'] ?? ''),
      hubEndpoint,
      papers: paperSettings(env),
      offline: options.offline ?? isOn(env['ML_INTERN_OFFLINE']),
      viewerEndpoint: env['ML_INTERN_VIEWER_ENDPOINT'] ?? '',
    },
  };
}

function semanticScholarOf(env: NodeJS.ProcessEnv): string {
  return env['ML_INTERN_SEMANTIC_SCHOLAR_ENDPOINT'] || 'https://api.semanticscholar.org';
}

function paperSettings(env: NodeJS.ProcessEnv): NonNullable<Settings['papers']> {
  const spacing = Number(env['ML_INTERN_ARXIV_SPACING_MS'] || Number.NaN);
  return {
    arxiv: env['ML_INTERN_ARXIV_ENDPOINT'] || undefined,
    ar5iv: env['ML_INTERN_AR5IV_ENDPOINT'] || undefined,
    semanticScholar: semanticScholarOf(env),
    arxivSpacingMs: spacing >= 0 ? spacing : undefined,
  };
}

function isOn(value: string | undefined): boolean {
  return value !== undefined && !['', '0', 'false', 'no'].includes(value.trim().toLowerCase());
}

export function workspaceOf(cli: Cli, { workspace }: GlobalOptions): string {
  return workspace ?? cli.cwd;
}

function terminalLogger(terminal: Terminal, verbose: boolean): Logger {
  return {
    info: (message) => verbose && terminal.line(message),
    warn: (message) => terminal.line(message),
    error: (message, error) => {
      const trace = verbose && error instanceof Error ? `\n${error.stack ?? error.message}` : '';
      terminal.line(`${message}${trace}`);
    },
  };
}

function confirmHostKey(terminal: Terminal) {
  return async (host: string, fingerprint: string): Promise<boolean> => {
    terminal.err(`The box ${host} is not known yet. Its host key is ${fingerprint}.\n`);
    const answer = await terminal.ask(
      'Compare it with the box. Trust it from now on? [yes/no] > ',
      new AbortController().signal,
    );
    return answer?.trim().toLowerCase() === 'yes';
  };
}
