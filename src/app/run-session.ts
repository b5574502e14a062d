/** One run that this process drives: holds its lock, its journal and its broker, and ends cleanly. */
import { MlInternError } from '../core/errors';
import { ApprovalBroker } from '../core/approvals/broker';
import { rememberDecision } from '../core/approvals/never';
import type { Box } from '../core/ports/box';
import type { RunLock, Store } from '../core/ports/store';
import { driveRun, leaving, stopRun } from '../core/run/driver';
import { systemClock } from '../adapters/system/clock';
import { Journal } from '../core/run/journal';
import type { DecisionInput, MetricPoint, RunHandle } from '../core/run/runs';
import type { Decision, RunConfig } from '../core/run/types';
import { askOfTree, stopPruned } from '../core/run/tree-asks';
import type { TreeAsk } from '../core/run/types';
import type { Jobs } from '../core/run/jobs';
import type { RunView } from '../core/run/view';
import { assembleRun } from './assemble';
import { refuseUselessEdit } from './edited-use';
import type { AppOptions } from './options';

export interface SessionStart {
  id: string;
  store: Store;
  options: AppOptions;
  /** Given for a new run. */
  config?: RunConfig;
}

export class RunSession implements RunHandle {
  readonly done: Promise<RunView>;
  private readonly stopping = new AbortController();
  private readonly metricListeners = new Set<(job: string, points: MetricPoint[]) => void>();
  private jobs: Jobs | undefined;
  private readonly speechListeners = new Set<(text: string) => void>();

  private constructor(
    readonly id: string,
    private readonly journal: Journal,
    private readonly broker: ApprovalBroker,
    private readonly start: SessionStart,
    lock: RunLock,
  ) {
    this.done = this.drive().finally(() => lock.release());
  }

  static async open(start: SessionStart): Promise<RunSession> {
    const { id, store, options, config } = start;
    const lock = await store.lock(id);
    try {
      const journal = await Journal.open(store, id, systemClock, lock);
      if (config) {
        await store.write(`${id}/run.json`, `${JSON.stringify({ id, ...config }, null, 2)}\n`);
        await journal.record('run.created', { id, name: id, config });
      } else if (!journal.view.config) {
        throw new MlInternError('run-not-found', `There is no run ${id} in ${store.location}.`, {
          next: 'List the runs with `ml-intern runs list`.',
        });
      }
      return new RunSession(id, journal, new ApprovalBroker(journal, options.notifier), start, lock);
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  view(): RunView {
    return this.journal.view;
  }

  onChange(listener: (view: RunView) => void): () => void {
    return this.journal.onChange(listener);
  }

  onMetrics(listener: (job: string, points: MetricPoint[]) => void): () => void {
    return subscribe(this.metricListeners, listener);
  }

  onSpeech(listener: (text: string) => void): () => void {
    return subscribe(this.speechListeners, listener);
  }

  async decide(proposal: string, input: DecisionInput): Promise<Decision> {
    const { store } = this.start;
    const entry = this.journal.view.proposals.find((each) => each.proposal.id === proposal);
    await refuseUselessEdit(store, this.id, entry, input);
    const decision = await this.broker.decide(proposal, input);
    await rememberDecision(store, this.journal.view, decision);
    return decision;
  }

  say(text: string): Promise<void> {
    return this.journal.record('person.said', { source: 'feedback', text });
  }

  async askOfTree(ask: TreeAsk): Promise<void> {
    await askOfTree(this.journal, ask);
    if (this.jobs) await stopPruned(this.journal, this.jobs);
  }

  async stop(): Promise<void> {
    this.stopping.abort(new MlInternError('cancelled', 'Stopped on request.', { next: 'Resume the run to go on.' }));
    await this.done;
  }

  /** Lets go of the run as a crash would: nothing is recorded, and whoever resumes it goes on from there. */
  async leave(): Promise<void> {
    this.stopping.abort(leaving);
    await this.done;
  }

  private async drive(): Promise<RunView> {
    const { options } = this.start;
    const { signal } = this.stopping;
    let box: Box | undefined;
    try {
      const assembled = await assembleRun({
        journal: this.journal,
        broker: this.broker,
        store: this.start.store,
        folder: this.id,
        options,
        signal,
        onMetrics: (job, points) => this.metricListeners.forEach((listener) => listener(job, points)),
        onSpeech: (text) => this.speechListeners.forEach((listener) => listener(text)),
      });
      box = assembled.box;
      this.jobs = assembled.parts.jobs;
      await driveRun(assembled.parts, { by: options.surface, process: process.pid }, signal);
    } catch (error) {
      await stopRun({ journal: this.journal, logger: options.logger }, error, signal);
    } finally {
      await this.letGo(box);
    }
    return this.journal.view;
  }

  /** Jobs are followed no longer and nothing is recorded any more: whoever resumes the run writes its log next. */
  private async letGo(box: Box | undefined): Promise<void> {
    this.stopping.abort(leaving);
    await this.journal.close();
    await box
      ?.close()
      .catch((error: unknown) =>
        this.start.options.logger.warn(`Closing the connection to the box failed: ${String(error)}`),
      );
  }
}

function subscribe<T>(listeners: Set<T>, listener: T): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
