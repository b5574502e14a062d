/** What the editor's surfaces read: every run's latest view, and the one way to act on a run. Loads the engine when first needed. */
import * as vscode from 'vscode';
import type { PreviewAnswer } from '../core/approvals/source-preview';
import { MlInternError } from '../core/errors';
import type { DecisionInput, MetricPoint, RunHandle, Runs, RunSummary } from '../core/run/runs';
import type { TelemetryPart } from '../core/run/telemetry';
import type { Decision, RunConfig, TreeAsk } from '../core/run/types';
import type { ProposalView, RunView } from '../core/run/view';

export interface Pending {
  run: string;
  runName: string;
  entry: ProposalView;
}

export interface Metrics {
  run: string;
  job: string;
  points: MetricPoint[];
}

/** Runs whose logs are replayed for the trees; older ones only when they are opened. */
const replayed = 20;

export class RunsModel implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly runChanged = new vscode.EventEmitter<string>();
  private readonly measured = new vscode.EventEmitter<Metrics>();
  private readonly spoke = new vscode.EventEmitter<{ run: string; text: string }>();
  /** The list of runs, or what is pending, changed. */
  readonly onDidChange = this.changed.event;
  /** One run's view changed. */
  readonly onDidChangeRun = this.runChanged.event;
  readonly onDidMeasure = this.measured.event;
  readonly onDidSpeak = this.spoke.event;

  private loading: Promise<Runs> | undefined;
  private refreshing: Promise<void> | undefined;
  private stale = false;
  private disposed = false;
  private readonly handles = new Map<string, RunHandle>();
  private readonly views = new Map<string, RunView>();
  private readonly unsubscribe: (() => void)[] = [];
  private list: RunSummary[] = [];

  constructor(private readonly load: () => Promise<Runs>) {}

  async runs(): Promise<Runs> {
    this.loading ??= this.load().then((runs) => {
      this.unsubscribe.push(runs.onDidChange(() => void this.refresh()));
      return runs;
    });
    try {
      return await this.loading;
    } catch (error) {
      this.loading = undefined;
      throw error;
    }
  }

  summaries(): readonly RunSummary[] {
    return this.list;
  }

  view(id: string): RunView | undefined {
    return this.views.get(id);
  }

  allViews(): RunView[] {
    return this.list.map(({ id }) => this.views.get(id)).filter((view) => view !== undefined);
  }

  /** Replays a run that is not among the replayed ones. */
  async open(id: string): Promise<RunView> {
    const known = this.views.get(id);
    if (known !== undefined) return known;
    const view = await (await this.runs()).view(id);
    this.views.set(id, view);
    return view;
  }

  isActive(id: string): boolean {
    return this.handles.has(id);
  }

  activeViews(): RunView[] {
    return [...this.handles.values()].map((handle) => handle.view());
  }

  pending(): Pending[] {
    return this.allViews()
      .filter((view) => view.state !== 'finished')
      .flatMap((view) =>
        view.proposals
          .filter((entry) => entry.decision === null)
          .map((entry) => ({ run: view.id, runName: view.name, entry })),
      );
  }

  proposal(run: string, proposal: string): ProposalView | undefined {
    return this.views.get(run)?.proposals.find((entry) => entry.proposal.id === proposal);
  }

  async start(config: RunConfig): Promise<string> {
    const handle = await (await this.runs()).start(config);
    this.adopt(handle);
    await this.refresh();
    return handle.id;
  }

  async resume(id: string): Promise<void> {
    if (this.handles.has(id)) return;
    this.adopt(await (await this.runs()).resume(id));
    await this.refresh();
  }

  async stop(id: string): Promise<void> {
    await this.driven(id).stop();
    await this.refresh();
  }

  async tell(id: string, text: string): Promise<void> {
    await this.driven(id).say(text);
  }

  async decide(run: string, proposal: string, input: DecisionInput): Promise<Decision> {
    const handle = this.handles.get(run);
    if (handle !== undefined) return handle.decide(proposal, input);
    const runs = await this.runs();
    const decision = await runs.decide(run, proposal, input);
    this.take(await runs.view(run));
    return decision;
  }

  async askOfTree(run: string, ask: TreeAsk): Promise<void> {
    const runs = await this.runs();
    await runs.askOfTree(run, ask);
    if (!this.handles.has(run)) this.take(await runs.view(run));
  }

  async metrics(run: string, job: string): Promise<MetricPoint[]> {
    return (await this.runs()).metrics(run, job);
  }

  async telemetry(run: string, job: string, from: number | null): Promise<TelemetryPart> {
    return (await this.runs()).telemetry(run, job, from);
  }

  async previewSource(run: string, proposal: string, text: string): Promise<PreviewAnswer> {
    return (await this.runs()).previewSource(run, proposal, text);
  }

  async folder(run: string): Promise<string> {
    return (await this.runs()).folder(run);
  }

  /** Reads the list anew; calls made meanwhile are served by one more reading. */
  async refresh(): Promise<void> {
    if (this.refreshing !== undefined) {
      this.stale = true;
      return this.refreshing;
    }
    this.refreshing = this.readUntilFresh().finally(() => {
      this.refreshing = undefined;
    });
    return this.refreshing;
  }

  private async readUntilFresh(): Promise<void> {
    do {
      this.stale = false;
      const runs = await this.runs();
      for (const handle of runs.active()) this.adopt(handle);
      const list = await runs.list();
      for (const { id } of list.slice(0, replayed)) {
        const handle = this.handles.get(id);
        this.views.set(id, handle === undefined ? await runs.view(id) : handle.view());
        if (handle === undefined) this.runChanged.fire(id);
      }
      this.list = list;
    } while (this.stale && !this.disposed);
    this.changed.fire();
  }

  private driven(id: string): RunHandle {
    const handle = this.handles.get(id);
    if (handle !== undefined) return handle;
    throw new MlInternError('run-not-found', 'This run is not running in this window.', {
      next: 'Resume it first.',
    });
  }

  private adopt(handle: RunHandle): void {
    if (this.handles.has(handle.id) || this.disposed) return;
    this.handles.set(handle.id, handle);
    this.views.set(handle.id, handle.view());
    const subscriptions = [
      handle.onChange((view) => this.take(view)),
      handle.onMetrics((job, points) => this.measured.fire({ run: handle.id, job, points })),
      handle.onSpeech((text) => this.spoke.fire({ run: handle.id, text })),
    ];
    void handle.done.then((view) => {
      for (const unsubscribe of subscriptions) unsubscribe();
      if (this.disposed) return;
      this.handles.delete(handle.id);
      this.take(view);
      void this.refresh();
    });
  }

  private take(view: RunView): void {
    this.views.set(view.id, view);
    this.runChanged.fire(view.id);
    this.changed.fire();
  }

  /** Lets go of the runs; what goes on at the box goes on. */
  async close(): Promise<void> {
    this.dispose();
    const runs = await this.loading?.catch(() => undefined);
    await runs?.dispose();
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    for (const unsubscribe of this.unsubscribe) unsubscribe();
    for (const emitter of [this.changed, this.runChanged, this.measured, this.spoke]) emitter.dispose();
  }
}
