/** Watches the trainings of a run: what a rule sees becomes an event, once, and ends the job where the run says so. */
import type { Store } from '../ports/store';
import type { Journal } from '../run/journal';
import { parseMetrics } from '../run/metrics';
import type { MetricPoint } from '../run/runs';
import type { Finding } from '../run/training';
import type { WatchRule } from '../run/watch-rules';
import { Watcher } from './watch';

/** What was reported before this process came: of a very long training, its latest part. */
const readBytes = 4 * 1024 * 1024;

export interface WatchingOptions {
  journal: Journal;
  store: Store;
  runFolder: string;
  stop: (job: string) => Promise<void>;
}

export class Watching {
  private readonly watchers = new Map<string, Watcher>();
  private queue: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: WatchingOptions) {}

  take(job: string, points: readonly MetricPoint[]): void {
    // Watching is an aid: a run whose log takes no more must not fail because of it.
    this.queue = this.queue.then(() => this.look(job, points)).catch(() => undefined);
  }

  /** Resolves once everything that was taken is judged. */
  async settled(): Promise<void> {
    await this.queue;
  }

  private async look(job: string, points: readonly MetricPoint[]): Promise<void> {
    const view = this.options.journal.view.jobs.find(({ id }) => id === job);
    if (view?.kind !== 'train') return;
    const known = this.watchers.get(job);
    const watcher = known ?? new Watcher();
    this.watchers.set(job, watcher);
    // The copy holds these points as well: what is appended is told afterwards.
    const judged = known ? points : await this.reported(view.folder);
    for (const finding of judged.flatMap((point) => watcher.add(point))) await this.flag(job, finding);
  }

  private async flag(job: string, finding: Finding): Promise<void> {
    const { journal, stop } = this.options;
    const isNew = () => !findingsOf(journal, job).some(({ rule }) => rule === finding.rule);
    const said = await journal.recordIf(isNew, 'job.flagged', { job, finding });
    if (said && stopRulesOf(journal).includes(finding.rule)) await stop(job);
  }

  private async reported(folder: string): Promise<MetricPoint[]> {
    const { store, runFolder } = this.options;
    const path = `${runFolder}/${folder}/metrics.jsonl`;
    const size = await store.size(path);
    const bytes = await store.readFrom(path, Math.max(0, size - readBytes));
    return parseMetrics(new TextDecoder().decode(bytes).split('\n'));
  }
}

function findingsOf(journal: Journal, job: string): readonly Finding[] {
  return journal.view.jobs.find(({ id }) => id === job)?.findings ?? [];
}

function stopRulesOf(journal: Journal): readonly WatchRule[] {
  return journal.config.stopOn ?? [];
}
