/** The copies of one job's files in the run's folder: they grow by what following yields, at the same offsets as on the box. */
import type { JobFile, JobUpdate } from '../ports/box';
import type { Store } from '../ports/store';
import { parseMetrics } from './metrics';
import type { MetricPoint } from './runs';

const tailed: readonly JobFile[] = ['metrics.jsonl', 'telemetry.jsonl', 'stdout.log', 'stderr.log'];
/** Nobody's metrics are that long; a line that never ends must not fill the memory. */
const longestLine = 64 * 1024;
const newline = 10;

export interface TailsOptions {
  store: Store;
  /** Where the copies lie, below the store's root. */
  folder: string;
  onMetrics: (points: MetricPoint[]) => void;
}

export class Tails {
  private readonly sizes = new Map<JobFile, number>();
  private readonly decoder = new TextDecoder();
  private line = '';

  constructor(private readonly options: TailsOptions) {}

  /** The offsets from which to follow: what is here already is not asked for again. */
  async begin(): Promise<Partial<Record<JobFile, number>>> {
    const { store } = this.options;
    for (const file of tailed) this.sizes.set(file, await store.size(this.path(file)));
    const metrics = this.have('metrics.jsonl');
    const from = Math.max(0, metrics - longestLine);
    const last = await store.readFrom(this.path('metrics.jsonl'), from, metrics - from);
    this.line = this.decoder.decode(last.subarray(last.lastIndexOf(newline) + 1), { stream: true });
    return Object.fromEntries(this.sizes);
  }

  async take(update: Extract<JobUpdate, { type: 'data' | 'gap' }>): Promise<void> {
    const have = this.have(update.file);
    if (update.type === 'gap') return this.skip(update.file, have, update.next);
    // Bytes that are already here (a restart in the middle of a chunk) are not written again.
    const fresh = update.bytes.subarray(Math.max(0, have - update.offset));
    if (fresh.length === 0) return;
    // The box still has them: flushing every piece to the disk would only make a long log slow.
    await this.options.store.append(this.path(update.file), fresh, { flush: false });
    this.sizes.set(update.file, have + fresh.length);
    if (update.file === 'metrics.jsonl') this.emit(fresh);
  }

  /** Flushes the copies to the disk: from a job's end on nobody asks the box for them again. */
  async keep(): Promise<void> {
    for (const file of tailed.filter((each) => this.have(each) > 0))
      await this.options.store.append(this.path(file), new Uint8Array());
  }

  /** What the box threw away stays a hole, so that offsets here and there remain the same. */
  private async skip(file: JobFile, have: number, next: number): Promise<void> {
    if (next <= have) return;
    const path = this.path(file);
    if (have === 0) await this.options.store.append(path, new Uint8Array());
    await this.options.store.truncate(path, next);
    this.sizes.set(file, next);
  }

  private emit(bytes: Uint8Array): void {
    const lines = (this.line + this.decoder.decode(bytes, { stream: true })).split('\n');
    this.line = (lines.pop() ?? '').slice(0, longestLine);
    const points = parseMetrics(lines);
    if (points.length > 0) this.options.onMetrics(points);
  }

  private have(file: JobFile): number {
    return this.sizes.get(file) ?? 0;
  }

  private path(file: JobFile): string {
    return `${this.options.folder}/${file}`;
  }
}
