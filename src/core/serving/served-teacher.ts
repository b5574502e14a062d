/** A teacher whose server starts when it is first asked, is started once more when it dies, and is ended whatever happens. */
import { unlessAborted } from '../box/abort';
import { MlInternError } from '../errors';
import type { Clock } from '../ports/common';
import type { Teacher, TeacherReply, TeacherRequest } from '../ports/teacher';
import type { ModelServer } from './model-server';

export interface ServedTeacherParts {
  start: (signal: AbortSignal) => Promise<ModelServer>;
  connect: (server: ModelServer) => Teacher;
  clock: Clock;
  say: (text: string) => void;
  /** Teachers that share a box take turns on its GPUs. */
  turns?: Turns;
  onClose?: () => Promise<void>;
}

interface Open {
  server: ModelServer;
  teacher: Teacher;
}

/** A server that died is known as over a moment after its answers fail. */
const newsMs = 15_000;
const lostAnswer = new Set(['model-unavailable', 'timeout', 'model-garbage']);

/** At most one of several teachers has its server up: on one GPU, two would wait for each other for ever. */
export class Turns {
  private last: ServedTeacher | undefined;

  async take(teacher: ServedTeacher): Promise<void> {
    const before = this.last;
    this.last = teacher;
    if (before !== teacher) await before?.rest();
  }
}

export class ServedTeacher implements Teacher {
  private opened: Promise<Open> | undefined;
  private readonly closing = new AbortController();
  private startedAgain = false;

  constructor(private readonly parts: ServedTeacherParts) {}

  async ask(request: TeacherRequest, signal: AbortSignal): Promise<TeacherReply> {
    const opened = (this.opened ??= this.start());
    const { server, teacher } = await unlessAborted(opened, signal);
    try {
      return await teacher.ask(request, signal);
    } catch (error) {
      if (signal.aborted || !MlInternError.is(error) || !lostAnswer.has(error.reason)) throw error;
      const why = await this.ending(server, signal);
      if (why === undefined) throw error;
      return (await unlessAborted(this.replaced(opened, why), signal)).teacher.ask(request, signal);
    }
  }

  /** Gives its GPUs back; asked again, it starts again. */
  async rest(): Promise<void> {
    const opened = this.opened;
    this.opened = undefined;
    await (await opened?.catch(() => undefined))?.server.close();
  }

  async close(): Promise<void> {
    this.closing.abort();
    try {
      await this.rest();
    } finally {
      await this.parts.onClose?.();
    }
  }

  private async start(): Promise<Open> {
    await this.parts.turns?.take(this);
    const server = await this.parts.start(this.closing.signal).catch((error: unknown) => {
      throw MlInternError.is(error, 'bad-input') ? notServed(error) : error;
    });
    return { server, teacher: this.parts.connect(server) };
  }

  /** Undefined while it lives. */
  private async ending({ over }: ModelServer, signal: AbortSignal): Promise<MlInternError | undefined> {
    const waiting = new AbortController();
    const pause = this.parts.clock.sleep(newsMs, AbortSignal.any([signal, waiting.signal])).then(() => undefined);
    pause.catch(() => undefined);
    try {
      return await Promise.race([over, pause]);
    } finally {
      waiting.abort();
    }
  }

  /** All whose answers were lost wait for the same new server. */
  private replaced(dead: Promise<Open>, why: MlInternError): Promise<Open> {
    if (this.opened !== dead) return (this.opened ??= this.start());
    if (this.startedAgain) return Promise.reject(why);
    this.startedAgain = true;
    this.parts.say(`${why.message}\nIt is started once more.`);
    return (this.opened = this.rest().then(() => this.start()));
  }
}

/** Not about what was asked: no other request would fare better. */
function notServed(cause: MlInternError): MlInternError {
  return new MlInternError('model-not-found', cause.message, { next: cause.next, cause });
}
