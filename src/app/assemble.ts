/** Builds everything that one run needs from its configuration: adapters, the bench, the tools. */
import { basename } from 'node:path';
import { OpenAiEndpoint } from '../adapters/openai/endpoint';
import { PaperServices } from '../adapters/papers/paper-services';
import { systemClock } from '../adapters/system/clock';
import { systemPrompt } from '../core/agent/prompt';
import { Toolbox } from '../core/agent/toolbox';
import { allTools } from '../core/agent/tools/all';
import { Watching } from '../core/experiments/watching';
import type { ToolKit } from '../core/agent/tools/tool';
import type { ApprovalBroker } from '../core/approvals/broker';
import { askOnce, type Bench } from '../core/experiments/bench';
import { Evaluations } from '../core/experiments/evaluations';
import { examine } from '../core/experiments/examination';
import { Preparation } from '../core/experiments/preparation';
import { scoreReferences } from '../core/experiments/references';
import { ScriptLint } from '../core/experiments/script-lint';
import type { OpenedBox } from '../core/box/opened-box';
import type { Box, JobKind } from '../core/ports/box';
import { itemsKeyName } from '../core/sealing';
import type { ModelEndpoint } from '../core/ports/model';
import type { Store } from '../core/ports/store';
import { runDesk } from '../core/serving/run-desk';
import type { DriverParts } from '../core/run/driver';
import { Jobs } from '../core/run/jobs';
import type { Journal } from '../core/run/journal';
import type { MetricPoint } from '../core/run/runs';
import { recordBenchmark } from '../core/experiments/same-measurement';
import type { RunConfig } from '../core/run/types';
import { loadBenchmark } from './benchmark';
import { openBox } from './box-factory';
import { endpointsOf, type Endpoints } from './endpoints';
import { openHub } from './hub';
import { itemsKey } from './items-key';
import { judgeSecrets } from './judge';
import { licencePolicy } from './licences';
import { lintHere } from './lint-here';
import { openLookup } from './lookup';
import type { AppOptions } from './options';
import { openPractice } from './practice';
import { teacherPolicy } from './teacher-policy';
import { openTeacher } from './teachers';
import { readEnvironmentSets, readStartingScripts } from './product-files';
import { rowToolsFor } from './row-tools';
import { saveReport } from './save-report';
import { workspaceFiles } from './workspace-files';

/** When the person does not say; most models that can call tools have at least this. */
const usualContextTokens = 128_000;

/** Of a training it is the step that fetches the rows; the script sees no secret. */
const readsHub: ReadonlySet<JobKind> = new Set(['model', 'overlap', 'sheet', 'train']);

export interface Assembly {
  journal: Journal;
  broker: ApprovalBroker;
  store: Store;
  folder: string;
  options: AppOptions;
  signal: AbortSignal;
  onMetrics: (job: string, points: MetricPoint[]) => void;
  onSpeech: (text: string) => void;
}

export interface Assembled {
  parts: DriverParts;
  box: Box;
}

export async function assembleRun(assembly: Assembly): Promise<Assembled> {
  const { journal, options, signal } = assembly;
  const { config } = journal;
  const practice = config.practice ? await openPractice(config.practice.seed, options, signal) : undefined;
  const endpoints = endpointsOf(config, options, practice?.world);
  const box = await openBox(config.box, options, practice);
  const bench = await openBench(assembly, box, endpoints);
  const preparation = new Preparation(bench, async (environment) =>
    practice?.provideBaseModel({ bench, box, environment, signal }),
  );
  const evaluations = new Evaluations(bench, preparation);
  const lookup = openLookup({ box, preparation, environmentSets: bench.environmentSets }, endpoints);
  const scriptLint = scriptLintOf(config, box, bench, preparation, options);
  const toolbox = await openToolbox(assembly, { box, bench, preparation, evaluations, lookup, scriptLint }, endpoints);
  const endpoint = new OpenAiEndpoint({
    ...endpoints.model,
    ...(options.settings.modelPatience ? { patience: options.settings.modelPatience } : {}),
    clock: systemClock,
  });
  const parts: DriverParts = {
    journal,
    box,
    jobs: bench.jobs,
    preparation,
    evaluations,
    examine: (experiment) => examine(bench, preparation, experiment),
    scoreReferences: (capSeconds) => scoreReferences(bench, preparation, capSeconds),
    clock: systemClock,
    logger: options.logger,
    driveAgent: (agentSignal, refresh) => driveAgentOf(assembly, bench, toolbox, endpoint, agentSignal, refresh),
    readProgram: () => assembly.store.read('program.md'),
    writeReport: () => saveReport(assembly.store, journal.view, practice?.world.standIns ?? []),
  };
  return { parts, box };
}

/** What jobs of a run are made with and recorded in. */
export async function openBench(
  assembly: Omit<Assembly, 'broker' | 'onSpeech'>,
  box: OpenedBox,
  endpoints: Endpoints,
): Promise<Bench> {
  const { journal, store, folder, options, signal, onMetrics } = assembly;
  const { config } = journal;
  const loaded = await loadBenchmark(config, options, signal);
  await recordBenchmark(journal, loaded);
  const key = await itemsKey(options.home, journal.view.id);
  const watching = new Watching({ journal, store, runFolder: folder, stop: (job) => jobs.stop(job) });
  const jobs: Jobs = new Jobs({
    ...{ box, journal, store, runFolder: folder, signal },
    onMetrics: (job, points) => {
      watching.take(job, points);
      onMetrics(job, points);
    },
  });
  return {
    runId: journal.view.id,
    runFolder: folder,
    journal,
    store,
    takesFiles: box.push !== undefined,
    workspace: workspaceFiles({ folder: options.workspace, closed: ['ml-intern', config.benchmark] }),
    loaded,
    reloadBenchmark: async () =>
      (
        await loadBenchmark(
          { ...config, ...(loaded.source ? { benchmarkSource: loaded.source } : {}) },
          options,
          signal,
        )
      ).benchmark,
    jobs,
    environmentSets: await readEnvironmentSets(options.productRoot),
    // The practice models are so small that more threads only get in each other's way.
    jobEnv: { HF_ENDPOINT: endpoints.hub, ...(config.practice ? { OMP_NUM_THREADS: '1' } : {}) },
    itemsKey: key,
    jobSecrets: async (kind) => ({
      ...(readsHub.has(kind) ? await endpoints.hubSecrets() : {}),
      ...(kind === 'overlap' || kind === 'evaluate' ? { [itemsKeyName]: key } : {}),
      ...(kind === 'evaluate' ? await judgeSecrets(loaded.benchmark.judge, options.secrets) : {}),
    }),
    card: askOnce(box, signal),
  };
}

function scriptLintOf(
  { benchmark, benchmarkSource }: RunConfig,
  box: Box,
  bench: Bench,
  preparation: Preparation,
  options: AppOptions,
): ScriptLint {
  return new ScriptLint({
    box,
    here: (order, signal) => lintHere(order, options, signal),
    environment: () => preparation.environment('train'),
    baseModel: () => preparation.baseModel(),
    card: bench.card,
    // A preset is no file that a script could name: on the box its items lie sealed.
    protected: benchmarkSource ? [] : [basename(benchmark)],
  });
}

async function openToolbox(
  assembly: Assembly,
  { box, ...parts }: Pick<ToolKit, 'bench' | 'preparation' | 'evaluations' | 'lookup' | 'scriptLint'> & { box: Box },
  endpoints: Endpoints,
): Promise<Toolbox> {
  const { journal, broker, store, folder, options } = assembly;
  const inRun = { box, desk: runDesk(parts.bench, parts.preparation, systemClock) };
  const tools = allTools({
    ...parts,
    broker,
    hub: openHub(endpoints),
    papers: new PaperServices({ ...endpoints.papers, clock: systemClock }),
    licences: await licencePolicy(store, options.settings.licence),
    teachers: {
      own: { kind: 'openai', baseUrl: endpoints.model.baseUrl, model: endpoints.model.model },
      policy: await teacherPolicy(store, options.settings.teacherPolicy),
      open: (spec) =>
        openTeacher(spec, options, {
          box: journal.config.box,
          say: (text) => options.logger.info(text),
          inRun,
        }),
    },
    rowTools: rowToolsFor(journal.config.baseModel, options.workspace, endpoints),
    clock: systemClock,
    startingScripts: await readStartingScripts(options.productRoot),
  });
  return new Toolbox({ tools, journal, store, runFolder: folder });
}

async function driveAgentOf(
  { journal, options, onSpeech }: Assembly,
  bench: Bench,
  toolbox: Toolbox,
  endpoint: ModelEndpoint,
  signal: AbortSignal,
  refresh: () => Promise<void>,
) {
  await endpoint.probe(signal);
  const { driveAgent } = await import('../core/agent/agent');
  const prompt = systemPrompt(journal.config, bench.loaded.benchmark, bench.loaded.splits.dev.length);
  return driveAgent({
    endpoint,
    systemPrompt: prompt,
    contextTokens: options.settings.modelContextTokens ?? usualContextTokens,
    toolbox,
    journal,
    clock: systemClock,
    signal,
    refresh,
    onSpeech,
  });
}
