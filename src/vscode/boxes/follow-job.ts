/** Attaching to a job of a box: an output channel that grows as the job writes. Closing it does not touch the job. */
import * as vscode from 'vscode';
import { JobTelling } from '../../core/box/job-telling';
import { isAbort } from '../../core/errors';
import type { BoxesModel } from './boxes-model';

const tailLines = 500;

export class JobChannels implements vscode.Disposable {
  private readonly channels = new Map<string, vscode.OutputChannel>();
  private readonly followed = new Set<string>();
  private readonly leaving = new AbortController();

  constructor(private readonly boxes: BoxesModel) {}

  /** Shows the job's output from its last lines on, and resolves when the job is over. Rejects when following fails. */
  async attach(host: string, job: string): Promise<void> {
    const key = `${host}/${job}`;
    const channel = this.channels.get(key) ?? vscode.window.createOutputChannel(`Job ${job} (${host})`, 'log');
    this.channels.set(key, channel);
    channel.show(true);
    if (this.followed.has(key)) return;
    this.followed.add(key);
    channel.clear();
    try {
      await this.follow(host, job, channel, this.leaving.signal);
    } catch (error) {
      if (!isAbort(error)) throw error;
    } finally {
      this.followed.delete(key);
    }
  }

  dispose(): void {
    this.leaving.abort();
    for (const channel of this.channels.values()) channel.dispose();
  }

  private async follow(host: string, job: string, channel: vscode.OutputChannel, signal: AbortSignal): Promise<void> {
    const box = await this.boxes.box(host);
    const from = (await box.tailFrom?.(job, tailLines, signal)) ?? {};
    const telling = new JobTelling();
    for await (const update of box.follow(job, from, signal)) {
      for (const { from: source, text } of telling.tell(update)) {
        if (source === 'stdout' || source === 'stderr') channel.append(text);
        else channel.appendLine(`[${source}] ${text}`);
      }
    }
    await this.boxes.readJobs(host);
  }
}
