/** A client as a run has it: the product's own journal, jobs and copies in files, over the box of a scenario. */
import { join } from 'node:path';
import { FileStore } from '../../src/adapters/files/file-store';
import { systemClock } from '../../src/adapters/system/clock';
import type { Box, JobRequest } from '../../src/core/ports/box';
import { Journal } from '../../src/core/run/journal';
import { Jobs } from '../../src/core/run/jobs';
import type { JobView } from '../../src/core/run/view';
import { config } from '../support/core/samples';
import { type Copies, watched } from './numbered-job';

const runFolder = 'run-1';

export class Client {
  private constructor(
    private readonly store: FileStore,
    private readonly jobs: Jobs,
    readonly journal: Journal,
    private readonly box: Box,
    private readonly signal: AbortSignal,
  ) {}

  /** Opens the run that lies in the folder, or begins one there. */
  static async open(box: Box, folder: string, signal: AbortSignal): Promise<Client> {
    const store = new FileStore(folder);
    const journal = await Journal.open(store, runFolder, systemClock);
    if (!journal.view.config) {
      await journal.record('run.created', { id: runFolder, name: runFolder, config: config() });
      await journal.record('run.started', { by: 'cli', process: process.pid });
    }
    const jobs = new Jobs({ box, journal, store, runFolder, onMetrics: () => undefined, signal });
    return new Client(store, jobs, journal, box, signal);
  }

  submit(request: JobRequest): Promise<void> {
    return this.jobs.submit(request, { experiment: null, folder: join('jobs', request.id) });
  }

  ended(id: string): Promise<JobView> {
    return this.jobs.wait(id, this.signal);
  }

  /** Resolves, with the moment, when the journal says so. */
  async contact(state: 'connected' | 'lost'): Promise<number> {
    await this.until(() => this.journal.view.contact === state);
    return Date.now();
  }

  until(true_: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = () => {
        if (this.signal.aborted) finish(() => reject(this.signal.reason as Error));
        else if (true_()) finish(resolve);
      };
      const finish = (end: () => void) => {
        forget();
        this.signal.removeEventListener('abort', look);
        end();
      };
      const forget = this.journal.onChange(look);
      this.signal.addEventListener('abort', look);
      look();
    });
  }

  /** Resolves when so many bytes of the job's output are in the run's folder. */
  async received(id: string, bytes: number): Promise<void> {
    while ((await this.copies(id))['stdout.log'].length < bytes) await systemClock.sleep(50, this.signal);
  }

  state(id: string): string {
    const { state, failure } = this.jobs.view(id) ?? { state: 'unknown', failure: null };
    return failure ? `${state} (${failure.class})` : state;
  }

  startedAt(id: string): number | null {
    return this.jobs.view(id)?.startedAt ?? null;
  }

  async copies(id: string): Promise<Copies> {
    const folder = `${runFolder}/${this.jobs.view(id)?.folder}`;
    const contents = await Promise.all(watched.map((file) => this.store.readFrom(`${folder}/${file}`, 0)));
    return Object.fromEntries(watched.map((file, i) => [file, Buffer.from(contents[i] ?? [])])) as Copies;
  }

  close(): Promise<void> {
    return this.box.close();
  }
}
