/** A run's log and its view kept in step: facts go in by `record`, everyone reads `view`. */
import { MlInternError } from '../errors';
import type { Clock } from '../ports/common';
import type { RunLock, Store } from '../ports/store';
import { EventLog } from './event-log';
import type { AnyEvent, EventData, EventType } from './events';
import { applyEvent, reduce } from './reducer';
import type { RunView } from './view';

export class Journal {
  private readonly listeners = new Set<(view: RunView) => void>();
  private queue: Promise<unknown> = Promise.resolve();
  private current: RunView;
  private closed = false;

  private constructor(
    private readonly log: EventLog,
    private readonly past: AnyEvent[],
    private readonly lock: RunLock | undefined,
  ) {
    this.current = reduce(past);
  }

  /** `folder` is the run's folder in the store; the caller holds its lock. */
  static async open(store: Store, folder: string, clock: Clock, lock?: RunLock): Promise<Journal> {
    const { log, events } = await EventLog.open(store, `${folder}/events.jsonl`, clock);
    return new Journal(log, events, lock);
  }

  get view(): RunView {
    return this.current;
  }

  /** Every event so far, oldest first. */
  get events(): readonly AnyEvent[] {
    return this.past;
  }

  get config(): NonNullable<RunView['config']> {
    const { config } = this.current;
    if (!config) throw new MlInternError('internal', 'The run has no configuration.', { next: 'Start a new run.' });
    return config;
  }

  async record<T extends EventType>(type: T, data: EventData[T]): Promise<void> {
    await this.recordIf(() => true, type, data);
  }

  /** Records only what is still called for once every earlier fact is in, so that calls made at once do not say the same twice. */
  recordIf<T extends EventType>(wanted: (view: RunView) => boolean, type: T, data: EventData[T]): Promise<boolean> {
    const recorded = this.queue.then(async () => {
      if (this.closed) throw tooLate();
      if (!wanted(this.current)) return false;
      this.take(await this.log.append(type, data));
      return true;
    });
    this.queue = recorded.catch(() => undefined);
    return recorded;
  }

  /** On a full disk: makes room for the few events that tell so. */
  async makeRoom(): Promise<void> {
    await this.lock?.freeReserve();
  }

  /** Nothing is recorded after this: the log is about to have another writer, who learns late facts anew. */
  async close(): Promise<void> {
    this.closed = true;
    await this.queue;
  }

  private take(event: AnyEvent): void {
    this.past.push(event);
    this.current = applyEvent(this.current, event);
    for (const listener of this.listeners) listener(this.current);
  }

  onChange(listener: (view: RunView) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

function tooLate(): MlInternError {
  return new MlInternError('cancelled', 'This process has let go of the run.', { next: 'Resume the run to go on.' });
}
