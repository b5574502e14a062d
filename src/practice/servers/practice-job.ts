/** One job of the practice world: its stages, and the answer that the Hub gives about it. */
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { JobLog } from './job-log';
import { JobProcess } from './job-process';
import { mountVolume, volumeSchema } from './job-volumes';

const texts = z.record(z.string(), z.string());

export const jobSpecSchema = z.object({
  command: z.array(z.string()).min(1),
  arguments: z.array(z.string()).default([]),
  environment: texts.default({}),
  secrets: texts.optional(),
  flavor: z.string(),
  dockerImage: z.string().optional(),
  spaceId: z.string().optional(),
  timeoutSeconds: z.number().positive().nullish(),
  labels: texts.optional(),
  volumes: z.array(volumeSchema).optional(),
  attempts: z.number().optional(),
});

export type JobSpec = z.infer<typeof jobSpecSchema>;
export type JobStage = 'SCHEDULING' | 'RUNNING' | 'COMPLETED' | 'CANCELED' | 'ERROR' | 'DELETED';

export interface JobSurroundings {
  /** Buckets, mount points and the jobs' own folders lie here. */
  folder: string;
  schedulingMs: number;
  graceMs: number;
  /** Why a job cannot be started at all, e.g. an image that cannot be pulled. */
  startFailure(spec: JobSpec): string | undefined;
}

/** What a job gets when it does not say, as on the real service. */
const defaultTimeoutSeconds = 1800;

export class PracticeJob {
  readonly id = randomBytes(12).toString('hex');
  readonly log = new JobLog();
  stage: JobStage = 'SCHEDULING';
  private message: string | null = null;
  private readonly createdAt = new Date();
  private startedAt: Date | null = null;
  private finishedAt: Date | null = null;
  private running: JobProcess | undefined;
  private why: 'canceled' | 'timeout' | undefined;

  constructor(
    readonly spec: JobSpec,
    readonly owner: { name: string; type: 'user' | 'org' },
    private readonly around: JobSurroundings,
  ) {}

  /** Resolves when the job has ended; never rejects. */
  async run(): Promise<void> {
    try {
      await new Promise((resolve) => setTimeout(resolve, this.around.schedulingMs));
      await this.prepare();
      // Whoever cancels it before it runs saves it the start.
      if (this.why === undefined && !this.isOver) await this.start();
    } catch (error) {
      this.finish('ERROR', error instanceof Error ? error.message : String(error));
    }
    if (this.why === 'canceled') this.finish('CANCELED');
  }

  cancel(): void {
    this.why ??= 'canceled';
    this.running?.terminate();
  }

  get isOver(): boolean {
    return this.finishedAt !== null;
  }

  /** Secrets are told by name only. */
  answer(): Record<string, unknown> {
    const { secrets, ...spec } = this.spec;
    const iso = (date: Date | null) => date?.toISOString() ?? null;
    return {
      type: 'job',
      id: this.id,
      createdAt: iso(this.createdAt),
      startedAt: iso(this.startedAt),
      finishedAt: iso(this.finishedAt),
      dockerImage: null,
      spaceId: null,
      labels: null,
      volumes: null,
      ...spec,
      ...(secrets && { secrets: Object.keys(secrets) }),
      status: { stage: this.stage, message: this.message, failureCount: 0 },
      owner: { id: '000000000000000000000001', ...this.owner },
      initiator: { type: 'user', id: '000000000000000000000001', name: 'practice' },
    };
  }

  private async prepare(): Promise<void> {
    const { spec, around } = this;
    const failure = around.startFailure(spec);
    if (failure !== undefined) return this.finish('ERROR', failure);
    await mkdir(this.cwd(), { recursive: true });
    for (const volume of spec.volumes ?? []) await mountVolume(volume, around.folder);
  }

  private async start(): Promise<void> {
    const { spec, around } = this;
    this.stage = 'RUNNING';
    this.startedAt = new Date();
    this.log.write(`===== Job started at ${this.startedAt.toISOString()} =====\n`);
    this.log.write(`Stand-in for HF Jobs: this runs on the machine of the practice Hub, not in ${this.image()}.\n`);
    this.running = new JobProcess({
      id: this.id,
      command: [...spec.command, ...spec.arguments],
      environment: { ...spec.environment, ...spec.secrets },
      cwd: this.cwd(),
      graceMs: around.graceMs,
      output: (text) => this.log.write(text),
    });
    await this.untilEnd(this.running);
  }

  private async untilEnd(running: JobProcess): Promise<void> {
    const limit = (this.spec.timeoutSeconds ?? defaultTimeoutSeconds) * 1000;
    const timeout = setTimeout(() => {
      this.why ??= 'timeout';
      running.terminate();
    }, limit);
    const code = await running.ended;
    clearTimeout(timeout);
    if (this.why === 'timeout') this.finish('ERROR', 'Job timeout');
    else if (this.why === undefined && code === 0) this.finish('COMPLETED');
    else if (this.why === undefined) this.finish('ERROR', `Job failed with exit code: ${code ?? 137}`);
  }

  private finish(stage: JobStage, message: string | null = null): void {
    if (this.finishedAt !== null) return;
    this.stage = stage;
    this.message = message;
    this.finishedAt = new Date();
    this.log.end();
  }

  private cwd(): string {
    return join(this.around.folder, 'jobs', this.id);
  }

  private image(): string {
    return this.spec.dockerImage ?? `the Space ${this.spec.spaceId}`;
  }
}
