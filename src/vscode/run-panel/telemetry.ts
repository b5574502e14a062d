/** What the machine does, as the panel draws it: of the job that runs now, else of the latest training; read on from where it was. */
import { finalStates } from '../../core/ports/box';
import type { HostToPanel, PanelReading } from '../../core/protocol/messages';
import { protocolVersion } from '../../core/protocol/panel-view';
import type { TelemetryPart, TelemetrySample } from '../../core/run/telemetry';
import type { JobView, RunView } from '../../core/run/view';

export type TelemetryMessage = Extract<HostToPanel, { type: 'telemetry' }>;

const gpusShown = 16;

export class Telemetry {
  private job: string | undefined;
  /** Null: nothing of this job was read yet. */
  private next: number | null = null;
  private reading: Promise<void> = Promise.resolve();

  constructor(
    private readonly read: (job: string, from: number | null) => Promise<TelemetryPart>,
    private readonly post: (message: TelemetryMessage) => void,
  ) {}

  /** The page knows nothing any more. */
  forget(): void {
    this.job = undefined;
  }

  /** One reading after the other, so that no part is sent twice. */
  update(view: RunView): Promise<void> {
    this.reading = this.reading.catch(() => undefined).then(() => this.readOn(view));
    return this.reading;
  }

  private async readOn({ jobs }: RunView): Promise<void> {
    const job = shownJob(jobs);
    if (job === undefined) return;
    if (job.id !== this.job) {
      this.job = job.id;
      this.next = null;
      this.post({ v: protocolVersion, type: 'telemetry', job: job.id, readings: [], whole: true });
    }
    for (;;) {
      const { samples, next } = await this.read(job.id, this.next);
      // Forgotten meanwhile: the next update begins anew.
      if (this.job !== job.id) return;
      const grown = next !== this.next;
      this.next = next;
      if (samples.length > 0) {
        const readings = samples.map(projectSample);
        this.post({ v: protocolVersion, type: 'telemetry', job: job.id, readings, whole: false });
      }
      if (!grown) return;
    }
  }
}

export function shownJob(jobs: readonly JobView[]): JobView | undefined {
  return (
    jobs.findLast(({ state }) => !finalStates.has(state)) ??
    jobs.findLast(({ kind }) => kind === 'train') ??
    jobs.at(-1)
  );
}

export function projectSample({ time, gpus, cpuPercent, memoryMiB, diskFreeMiB, job }: TelemetrySample): PanelReading {
  return {
    time,
    gpus: gpus.slice(0, gpusShown).map(({ utilisation, ...gpu }) => ({ ...gpu, busyPercent: utilisation })),
    ...{ cpuPercent, memoryMiB, diskFreeMiB, jobMemoryMiB: job.memoryMiB },
  };
}
