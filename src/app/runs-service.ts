/** The runs of a workspace: list, replay, start, resume, decide. */
import { FileStore } from '../adapters/files/file-store';
import { lockHolder } from '../adapters/files/run-lock';
import { randomIds, systemClock } from '../adapters/system/clock';
import { join } from 'node:path';
import { decideOn } from '../core/approvals/decide';
import { allowAgain, readNever, rememberDecision, type NeverEntry } from '../core/approvals/never';
import { approvePublication } from '../core/approvals/publication';
import { previewEdited, type PreviewAnswer } from '../core/approvals/source-preview';
import { MlInternError } from '../core/errors';
import type { RowTools } from '../core/agent/tools/tool';
import { pilotSecondsOf } from '../core/experiments/pilot';
import { parseLog } from '../core/run/event-log';
import { Journal } from '../core/run/journal';
import { parseMetrics } from '../core/run/metrics';
import { reduce } from '../core/run/reducer';
import { telemetryBytes, telemetryPart, type TelemetryPart } from '../core/run/telemetry';
import type { DecisionInput, MetricPoint, RunHandle, Runs, RunSummary } from '../core/run/runs';
import type { Decision, Proposal, Publication, RunConfig, TreeAsk } from '../core/run/types';
import { askOfTree } from '../core/run/tree-asks';
import type { RunView } from '../core/run/view';
import { slugOf } from '../core/slug';
import { readWorld } from '../practice/world-file';
import { loadBenchmark } from './benchmark';
import type { AppOptions } from './options';
import { writePracticeBenchmark } from './practice';
import { productVersions } from './product-files';
import { keptRowsOf, refuseUselessEdit } from './edited-use';
import { rowToolsFor } from './row-tools';
import { hubEndpoints } from './rows';
import { RunSession } from './run-session';
import { saveReport } from './save-report';

/** Points that a surface can use; a longer series is thinned by its latest part. */
const pointsKept = 20_000;
/** A few days of one GPU. */
const telemetryKept = 8 * telemetryBytes;

export class RunsService implements Runs {
  private readonly store: FileStore;
  private readonly driven = new Map<string, RunSession>();
  private readonly listeners = new Set<() => void>();
  private readonly tools = new Map<string, RowTools>();

  constructor(private readonly options: AppOptions) {
    this.store = new FileStore(join(options.workspace, 'ml-intern'));
  }

  async list(): Promise<RunSummary[]> {
    const names = await this.store.list('.');
    const sizes = await Promise.all(names.map((name) => this.store.size(`${name}/events.jsonl`)));
    const runs = names.filter((_, index) => (sizes[index] ?? 0) > 0);
    const summaries = await Promise.all(runs.map((id) => this.summary(id)));
    return summaries.sort((a, b) => (b.createdAt ?? '').localeCompare(a.createdAt ?? ''));
  }

  async view(id: string): Promise<RunView> {
    const driven = this.driven.get(id);
    if (driven) return driven.view();
    const bytes = await this.store.readFrom(`${id}/events.jsonl`, 0);
    const view = reduce(parseLog(bytes).events);
    if (!view.config) throw this.unknown(id);
    return view;
  }

  folder(id: string): string {
    return join(this.store.location, id);
  }

  async metrics(id: string, job: string): Promise<MetricPoint[]> {
    const view = await this.view(id);
    const folder = view.jobs.find((known) => known.id === job)?.folder;
    if (folder === undefined) return [];
    const text = await this.store.read(`${id}/${folder}/metrics.jsonl`);
    return parseMetrics((text ?? '').split('\n')).slice(-pointsKept);
  }

  async telemetry(id: string, job: string, from: number | null): Promise<TelemetryPart> {
    const folder = (await this.view(id)).jobs.find((known) => known.id === job)?.folder;
    if (folder === undefined) return { samples: [], next: 0 };
    const path = `${id}/${folder}/telemetry.jsonl`;
    const start = from ?? Math.max(0, (await this.store.size(path)) - telemetryKept);
    return telemetryPart(await this.store.readFrom(path, start, telemetryBytes), start);
  }

  async start(config: RunConfig): Promise<RunHandle> {
    if (config.practice) await writePracticeBenchmark(config.practice.seed, this.options.workspace);
    // A broken benchmark is said before anything is created.
    const { source } = await loadBenchmark(config, this.options);
    const day = new Date(systemClock.now()).toISOString().slice(0, 10);
    const id = `${day}-${config.practice ? 'practice' : slugOf(config.baseModel.split('/').at(-1) ?? '', 30, 'run')}-${randomIds.next().slice(0, 6)}`;
    const versions = { ...config.versions, ...(await productVersions(this.options.productRoot)) };
    const pilotSeconds = pilotSecondsOf(config.budget);
    return this.drive(id, { ...config, pilotSeconds, ...(source ? { benchmarkSource: source } : {}), versions });
  }

  async resume(id: string): Promise<RunHandle> {
    const driven = this.driven.get(id);
    if (driven) return driven;
    const view = await this.view(id);
    if (view.state === 'finished')
      throw new MlInternError('bad-input', `The run ${id} has finished.`, {
        next: 'Read its report, or start a new run.',
      });
    return this.drive(id);
  }

  async decide(id: string, proposal: string, input: DecisionInput): Promise<Decision> {
    const driven = this.driven.get(id);
    if (driven) return driven.decide(proposal, input);
    return this.withJournal(id, async (journal) => {
      await refuseUselessEdit(
        this.store,
        id,
        journal.view.proposals.find((entry) => entry.proposal.id === proposal),
        input,
      );
      const { decision, isNew } = decideOn(journal.view, proposal, input);
      if (isNew) await journal.record('proposal.decided', { decision });
      await rememberDecision(this.store, journal.view, decision);
      return decision;
    });
  }

  async askOfTree(id: string, ask: TreeAsk): Promise<void> {
    const driven = this.driven.get(id);
    if (driven) return driven.askOfTree(ask);
    return this.withJournal(id, (journal) => askOfTree(journal, ask));
  }

  approvePublication(id: string, proposal: Proposal, surface: string): Promise<void> {
    return this.withJournal(id, (journal) => approvePublication(journal, proposal, surface));
  }

  recordPublication(id: string, publication: Publication): Promise<void> {
    return this.withJournal(id, async (journal) => {
      await journal.record('publication.made', publication);
      if (journal.view.report !== null) await saveReport(this.store, journal.view, await this.standIns(journal.config));
    });
  }

  private async standIns({ practice }: RunConfig): Promise<readonly string[]> {
    if (!practice) return [];
    return (await readWorld(join(this.options.home, 'practice'), practice.seed))?.standIns ?? [];
  }

  async previewSource(id: string, proposal: string, text: string): Promise<PreviewAnswer> {
    const view = await this.view(id);
    const subject = view.proposals.find((entry) => entry.proposal.id === proposal)?.proposal.subject;
    if (subject?.kind !== 'dataset')
      throw new MlInternError('bad-input', `The run ${id} proposes no dataset ${proposal}.`, {
        next: 'Refresh the Runs view.',
      });
    const tools = this.rowTools(view);
    const [template, tokens] = await Promise.all([tools?.template() ?? null, tools?.tokens()]);
    const kept = await keptRowsOf(this.store, id, subject);
    return previewEdited(subject, text, kept.length > 0 ? kept : (subject.rows ?? []), template, tokens);
  }

  /** What they load is looked for once. The base model of the practice world is on no Hub. */
  private rowTools({ config }: RunView): RowTools | null {
    if (!config || config.practice) return null;
    const { baseModel } = config;
    const known = this.tools.get(baseModel);
    if (known) return known;
    const tools = rowToolsFor(baseModel, this.options.workspace, hubEndpoints(this.options));
    this.tools.set(baseModel, tools);
    return tools;
  }

  /** For a run that nobody drives. */
  private async withJournal<T>(id: string, use: (journal: Journal) => Promise<T>): Promise<T> {
    await this.view(id);
    const lock = await this.store.lock(id);
    try {
      return await use(await Journal.open(this.store, id, systemClock));
    } finally {
      await lock.release();
      this.changed();
    }
  }

  never(): Promise<NeverEntry[]> {
    return readNever(this.store);
  }

  allowAgain(dataset: string): Promise<boolean> {
    return allowAgain(this.store, dataset);
  }

  active(): RunHandle[] {
    return [...this.driven.values()];
  }

  onDidChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async dispose(): Promise<void> {
    await Promise.all([...this.driven.values()].map((session) => session.leave()));
  }

  private async drive(id: string, config?: RunConfig): Promise<RunSession> {
    const session = await RunSession.open({
      id,
      store: this.store,
      options: this.options,
      ...(config ? { config } : {}),
    });
    this.driven.set(id, session);
    const off = session.onChange(() => this.changed());
    void session.done.then(() => {
      off();
      this.driven.delete(id);
      this.changed();
    });
    this.changed();
    return session;
  }

  private async summary(id: string): Promise<RunSummary> {
    const { name, config, state, phase, createdAt } = await this.view(id);
    const active = this.driven.has(id) || (await lockHolder(join(this.folder(id), 'lock.json'))) !== undefined;
    return { id, name, goal: config?.goal ?? '', state, phase, createdAt, active };
  }

  private unknown(id: string): MlInternError {
    return new MlInternError('run-not-found', `There is no run ${id} in ${this.store.location}.`, {
      next: 'List the runs with `ml-intern runs list`.',
    });
  }

  private changed(): void {
    for (const listener of this.listeners) listener();
  }
}
