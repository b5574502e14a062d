/** The log of a practice job: kept in memory, replayed from its start to whoever connects, then followed. */
import { Readable } from 'node:stream';

interface Line {
  data: string;
  timestamp: string;
}

export class JobLog {
  private lines: Line[] = [];
  private rest = '';
  private readonly readers = new Set<(line: Line | undefined) => void>();
  private ended = false;

  write(text: string): void {
    const parts = (this.rest + text).split('\n');
    this.rest = parts.pop() ?? '';
    for (const part of parts) this.add(part);
  }

  /** The stream of a job that has ended ends too. */
  end(): void {
    if (this.rest !== '') this.add(this.rest);
    this.rest = '';
    this.ended = true;
    for (const read of this.readers) read(undefined);
  }

  /** Throws the oldest lines away, as a service does that keeps only the newest. */
  forget(count: number): void {
    this.lines = this.lines.slice(count);
  }

  /** Server-sent events: all lines so far (or the last `tail`), then the new ones, and a comment when nothing is said for long. */
  events(keepAliveMs: number, tail?: number): Readable {
    const stream = new Readable({ read: () => undefined });
    const push = (line: Line | undefined) =>
      stream.push(line === undefined ? null : `data: ${JSON.stringify(line)}\n\n`);
    for (const line of tail === undefined ? this.lines : this.lines.slice(-tail)) push(line);
    if (this.ended) {
      stream.push(null);
      return stream;
    }
    const alive = setInterval(() => stream.push(': keep-alive\n\n'), keepAliveMs);
    this.readers.add(push);
    stream.once('close', () => {
      clearInterval(alive);
      this.readers.delete(push);
    });
    return stream;
  }

  private add(data: string): void {
    const line = { data, timestamp: new Date().toISOString() };
    this.lines.push(line);
    for (const read of this.readers) read(line);
  }
}
