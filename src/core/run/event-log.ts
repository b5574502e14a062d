/**
 * The append-only log of a run. One JSON object a line; `seq` counts from 1 without gaps. A torn last line (the process died while
 * writing) is cut off when the log is opened for writing and ignored when it is only read.
 */
import { MlInternError } from '../errors';
import type { Clock } from '../ports/common';
import type { Store } from '../ports/store';
import {
  eventVersion,
  type AnyEvent,
  type EventData,
  type EventType,
  type RunEvent,
  type UnknownEvent,
} from './events';

export interface ParsedLog {
  events: AnyEvent[];
  /** Bytes of whole lines; what lies behind them is a torn write. */
  length: number;
}

/** Splits a log into events, dropping a torn last line. A broken line in the middle is an error: the log would have a gap. */
export function parseLog(bytes: Uint8Array): ParsedLog {
  const end = bytes.lastIndexOf(10) + 1;
  const lines = new TextDecoder().decode(bytes.subarray(0, end)).split('\n').slice(0, -1);
  const events = lines.map((line, index) => parseEvent(line, index + 1));
  return { events, length: end };
}

function parseEvent(line: string, seq: number): AnyEvent {
  let event: unknown;
  try {
    event = JSON.parse(line);
  } catch (cause) {
    throw brokenLog(seq, 'is not JSON', cause);
  }
  if (!isEnvelope(event)) throw brokenLog(seq, 'is not an event');
  if (event.seq !== seq) throw brokenLog(seq, `says it is event ${event.seq}`);
  return event;
}

function isEnvelope(value: unknown): value is UnknownEvent {
  if (typeof value !== 'object' || value === null) return false;
  const event = value as Partial<UnknownEvent>;
  return (
    typeof event.seq === 'number' &&
    typeof event.type === 'string' &&
    typeof event.time === 'string' &&
    typeof event.data === 'object' &&
    event.data !== null
  );
}

function brokenLog(line: number, what: string, cause?: unknown): MlInternError {
  return new MlInternError('internal', `Line ${line} of events.jsonl ${what}, so the run's story has a gap.`, {
    next: 'Restore events.jsonl from a backup or version control, or cut it off before that line to go on from there.',
    cause,
  });
}

export class EventLog {
  private queue: Promise<unknown> = Promise.resolve();
  /** A failed append may have left half a line: it is cut off before the next one. */
  private torn = false;

  private constructor(
    private readonly store: Store,
    private readonly path: string,
    private readonly clock: Clock,
    private seq: number,
    private length: number,
  ) {}

  /** Opens for writing (the caller holds the run's lock), mending a torn tail. */
  static async open(store: Store, path: string, clock: Clock): Promise<{ log: EventLog; events: AnyEvent[] }> {
    const bytes = await store.readFrom(path, 0);
    const { events, length } = parseLog(bytes);
    if (length < bytes.length) await store.truncate(path, length);
    return { log: new EventLog(store, path, clock, events.length, length), events };
  }

  /** Resolves once the event is on disk. Appends are kept in call order. */
  append<T extends EventType>(type: T, data: EventData[T]): Promise<RunEvent> {
    const write = this.queue.then(() => this.write(type, data));
    this.queue = write.catch(() => undefined);
    return write;
  }

  private async write<T extends EventType>(type: T, data: EventData[T]): Promise<RunEvent> {
    if (this.torn && (await this.store.size(this.path)) > this.length)
      await this.store.truncate(this.path, this.length);
    this.torn = true;
    const event = {
      v: eventVersion,
      seq: this.seq + 1,
      time: new Date(this.clock.now()).toISOString(),
      type,
      data,
    } as RunEvent;
    const line = new TextEncoder().encode(`${JSON.stringify(event)}\n`);
    await this.store.append(this.path, line);
    this.torn = false;
    this.seq = event.seq;
    this.length += line.length;
    return event;
  }
}
