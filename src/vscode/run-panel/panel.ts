/** One run panel: sends whole snapshots (at most four a second) and metric batches, and passes on what the person asks for. */
import * as vscode from 'vscode';
import { toMlInternError } from '../../core/errors';
import { type HostToPanel, type PanelPoint, type PanelToHost, parsePanelMessage } from '../../core/protocol/messages';
import { protocolVersion } from '../../core/protocol/panel-view';
import type { RunView } from '../../core/run/view';
import { coalesce } from '../coalesce';
import type { EditorLog } from '../log';
import type { RunsModel } from '../runs-model';
import { batches, projectPoint } from './points';
import { projectRun } from './project';
import { Telemetry } from './telemetry';

/** What the panel may set off; each is the same act as its command. */
export interface PanelActions {
  decide(run: string, message: Extract<PanelToHost, { type: 'decide' }>): Promise<void>;
  stop(run: string): Promise<void>;
  resume(run: string): Promise<void>;
  tell(run: string, text: string): Promise<void>;
  openProposal(run: string, proposal: string): Promise<void>;
  openInRun(run: string, path: string[]): Promise<void>;
  openReport(run: string): Promise<void>;
}

const interval = 250;
/** Clocks go on while nothing happens. */
const tick = 5000;
const speechKept = 4000;

export class RunPanel implements vscode.Disposable {
  private readonly subscriptions: vscode.Disposable[] = [];
  private readonly fresh = new Map<string, PanelPoint[]>();
  private speech = '';
  /** The page is there, so points are gathered for it; `ready` once it has the series that they continue. */
  private listening = false;
  private ready = false;
  private readonly send = coalesce(interval, () => this.flush());
  private readonly telemetry: Telemetry;

  constructor(
    readonly run: string,
    private readonly panel: vscode.WebviewPanel,
    private readonly model: RunsModel,
    private readonly actions: PanelActions,
    private readonly log: EditorLog,
  ) {
    this.telemetry = new Telemetry(
      (job, from) => model.telemetry(run, job, from),
      (message) => this.post(message),
    );
    this.subscriptions.push(
      this.send,
      every(tick, () => model.isActive(run) && this.tick()),
      panel.webview.onDidReceiveMessage((message: unknown) => this.receive(message)),
      panel.onDidChangeViewState(() => this.send.request()),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.send.request()),
      model.onDidChangeRun((id) => id === run && this.send.request()),
      model.onDidMeasure((metrics) => metrics.run === run && this.take(metrics.job, metrics.points.map(projectPoint))),
      model.onDidSpeak((spoken) => spoken.run === run && this.say(spoken.text)),
    );
  }

  private take(job: string, points: PanelPoint[]): void {
    if (!this.listening) return;
    this.fresh.set(job, [...(this.fresh.get(job) ?? []), ...points]);
    this.send.request();
  }

  private tick(): void {
    this.send.request();
    const view = this.model.view(this.run);
    if (this.ready && this.panel.visible && view !== undefined) this.readTelemetry(view);
  }

  /** A run can be followed without it: that it cannot be read is for the log. */
  private readTelemetry(view: RunView): void {
    void this.telemetry.update(view).catch((error: unknown) => this.log.warn(String(error)));
  }

  private say(text: string): void {
    this.speech = (this.speech + text).slice(-speechKept);
    this.send.request();
  }

  private receive(raw: unknown): void {
    const message = parsePanelMessage(raw);
    if (message === undefined) {
      this.log.warn('The run panel sent a message that is not understood; it was ignored.');
      return;
    }
    void this.act(message).catch((error: unknown) => {
      const { message: what, next } = toMlInternError(error);
      this.log.error(what, error);
      this.post({ v: protocolVersion, type: 'refused', message: what, next });
    });
  }

  private async act(message: PanelToHost): Promise<void> {
    switch (message.type) {
      case 'ready':
        return this.start();
      case 'decide':
        return this.actions.decide(this.run, message);
      case 'stop':
        return this.actions.stop(this.run);
      case 'resume':
        return this.actions.resume(this.run);
      case 'tell':
        return this.actions.tell(this.run, message.text);
      case 'openProposal':
        return this.actions.openProposal(this.run, message.proposal);
      case 'openExperiment':
        return this.openExperiment(message.experiment);
      case 'openPaper':
        return this.actions.openInRun(this.run, ['papers', `${message.paper}.md`]);
      case 'openReport':
        return this.actions.openReport(this.run);
      case 'openFolder':
        return this.actions.openInRun(this.run, []);
    }
  }

  /** A page that has just loaded knows nothing: it gets everything, series included. */
  private async start(): Promise<void> {
    this.ready = false;
    this.listening = true;
    this.fresh.clear();
    const view = await this.model.open(this.run);
    this.panel.title = view.name;
    this.postView();
    for (const job of view.jobs.filter(({ kind }) => kind === 'train' || kind === 'pretrain')) {
      const [first, ...more] = batches(await this.model.metrics(this.run, job.id));
      this.post({ v: protocolVersion, type: 'metrics', job: job.id, points: first ?? [], whole: true });
      for (const points of more) this.post({ v: protocolVersion, type: 'metrics', job: job.id, points, whole: false });
    }
    this.telemetry.forget();
    this.readTelemetry(view);
    this.ready = true;
    this.send.request();
  }

  private async openExperiment(id: string): Promise<void> {
    const experiment = this.model.view(this.run)?.experiments.find((each) => each.id === id);
    if (experiment !== undefined) await this.actions.openInRun(this.run, ['experiments', experiment.id, 'train.py']);
  }

  /** A hidden page is torn down by VS Code: it says `ready` again and gets everything then. */
  private flush(): void {
    if (!this.panel.visible) {
      this.ready = false;
      this.listening = false;
      return;
    }
    if (!this.ready) return;
    this.postView();
    for (const [job, points] of this.fresh)
      this.post({ v: protocolVersion, type: 'metrics', job, points, whole: false });
    this.fresh.clear();
    if (this.speech !== '') this.post({ v: protocolVersion, type: 'speech', text: this.speech });
    this.speech = '';
  }

  private postView(): void {
    const view = this.model.view(this.run);
    if (view === undefined) return;
    const situation = { active: this.model.isActive(this.run), trusted: vscode.workspace.isTrusted, now: Date.now() };
    this.post({ v: protocolVersion, type: 'snapshot', view: projectRun(view, situation) });
  }

  private post(message: HostToPanel): void {
    void this.panel.webview.postMessage(message);
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }
}

function every(milliseconds: number, act: () => void): vscode.Disposable {
  const timer = setInterval(act, milliseconds);
  return new vscode.Disposable(() => clearInterval(timer));
}
