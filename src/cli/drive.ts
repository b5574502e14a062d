/** Drives a run to its end from a terminal: progress, approvals, Ctrl-C. */
import type { RunHandle } from '../core/run/runs';
import type { RunView } from '../core/run/view';
import { askAbout } from './approvals';
import { needsPerson } from './pending';
import { Progress } from './progress';
import type { Terminal } from './terminal';
import { exitCodes } from './exit-codes';

export type Outcome = 'ended' | 'interrupted' | 'waits';

export interface Driven {
  view: RunView;
  outcome: Outcome;
  /** Problems that were in the log before this drive began. */
  oldProblems: number;
}

export interface DriveOptions {
  /** Ask at the terminal; otherwise a proposal that needs a person ends the drive. */
  ask: boolean;
}

export async function drive(handle: RunHandle, terminal: Terminal, options: DriveOptions): Promise<Driven> {
  const progress = new Progress(terminal);
  const oldProblems = handle.view().problems.length;
  const leaving = new AbortController();
  let outcome: Outcome = 'ended';
  const leave = (why: Outcome) => {
    outcome = why;
    leaving.abort();
  };
  const offInterrupt = onInterrupt(handle, terminal, progress, () => leave('interrupted'));
  const approvals = new Approvals(handle, terminal, progress, options.ask, leaving.signal, () => leave('waits'));
  const offChange = handle.onChange((view) => {
    progress.show(view);
    approvals.look();
  });
  const offMetrics = handle.onMetrics((job, points) => progress.addMetrics(job, points));
  progress.start();
  progress.show(handle.view());
  approvals.look();
  try {
    await Promise.race([handle.done, aborted(leaving.signal, () => outcome === 'waits')]);
    leaving.abort();
    await approvals.settled();
  } finally {
    for (const off of [offInterrupt, offChange, offMetrics]) off();
    progress.end();
  }
  return { view: handle.view(), outcome, oldProblems };
}

/** The first Ctrl-C stops the run and waits until its log is whole; the second leaves at once. */
function onInterrupt(handle: RunHandle, terminal: Terminal, progress: Progress, leave: () => void): () => void {
  let count = 0;
  return terminal.onInterrupt(() => {
    count++;
    if (count > 1) terminal.exit(exitCodes.interrupted);
    progress.release();
    progress.line('Stopping… (Ctrl-C again leaves at once)');
    leave();
    handle.stop().catch((error: unknown) => progress.line(`Could not stop cleanly: ${String(error)}`));
  });
}

/** Settles once left for lack of a person; an interrupt waits for `done` instead, so that the log is whole. */
function aborted(signal: AbortSignal, applies: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => {
      if (applies()) resolve();
    });
  });
}

/** Asks about one proposal after the other, in the order in which they were made. */
class Approvals {
  private asking: Promise<void> | null = null;
  private failure: { error: unknown } | null = null;

  constructor(
    private readonly handle: RunHandle,
    private readonly terminal: Terminal,
    private readonly progress: Progress,
    private readonly ask: boolean,
    private readonly signal: AbortSignal,
    private readonly nobody: () => void,
  ) {}

  look(): void {
    if (this.asking !== null || this.signal.aborted || needsPerson(this.handle.view()).length === 0) return;
    if (!this.ask) return this.nobody();
    this.asking = this.askAll()
      .catch((error: unknown) => {
        if (this.signal.aborted) return;
        this.failure = { error };
        this.nobody();
      })
      .finally(() => {
        this.asking = null;
        this.progress.release();
      });
  }

  async settled(): Promise<void> {
    await this.asking;
    if (this.failure !== null) throw this.failure.error;
  }

  private async askAll(): Promise<void> {
    this.progress.hold();
    for (let next = needsPerson(this.handle.view())[0]; next !== undefined; next = needsPerson(this.handle.view())[0]) {
      if (!(await askAbout(next, this.handle, this.terminal, this.signal))) return this.nobody();
    }
  }
}
