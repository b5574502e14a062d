/** The Box port over any shell: uploads the box package once a connection and speaks with its supervisor. */
import type { z } from 'zod';
import { isAbort, MlInternError } from '../errors';
import type { Box, BoxCard, JobFile, JobRequest, JobStatus, JobUpdate } from '../ports/box';
import type {
  ArtifactList,
  BoxStorage,
  CodeFile,
  CodeReport,
  FetchReport,
  LocalFile,
  PushReport,
  StorageOptions,
} from '../ports/box-files';
import type { BoxKeeping, BoxUsage, CleanReport, CleanRequest } from '../ports/box-keeping';
import type { Clock, Logger } from '../ports/common';
import type { JobTails } from '../ports/job-tails';
import type { LocalFiles } from '../ports/local-files';
import type { Signature, Signatures } from '../ports/lookup';
import type { LintAnswer, LintOrder, ScriptLints } from '../ports/script-lints';
import type { ExecOptions, ExecResult, FileTransfer, Shell, StreamOptions, Tunnel, Tunnels } from '../ports/shell';
import type { Wheel, Wheelhouse, WheelhouseAnswer } from '../ports/wheelhouse';
import { unlessAborted } from './abort';
import type { Ask } from './ask';
import { bootstrap, type Bootstrapped, lastLine } from './bootstrap';
import { cardSeenFromHere } from './card';
import { followJob } from './follow';
import { readFrames } from './frames';
import { boxKeeping } from './keeping';
import { cannot } from './opened-box';
import { shellQuote } from './quote';
import { type Scheduler, schedulerWords } from './scheduler';
import { cardAnswer, listAnswer, parseAnswer, parseError, statusAnswer, statusesAnswer } from './schema';
import { boxScriptLint } from './script-lint';
import { boxSignatures } from './signatures';
import { boxStorage, noStorage } from './storage';
import { divide, encode } from './submission';
import { jobTails } from './tails';
import { boxWheelhouse } from './wheelhouse';

export interface SupervisedBoxOptions {
  name: string;
  shell: Shell & Partial<Tunnels>;
  /** The box package: path -> content, e.g. `ml_intern_box/supervisor.py`. */
  packageFiles: Readonly<Record<string, string>>;
  /** Folder on the box; default `~/.ml-intern`. */
  root?: string;
  /** The Hub, or its mirror, that jobs will download from. */
  hub?: string;
  /** New jobs are refused when our folder on the box holds more than this. */
  quotaBytes?: number;
  /** Hands the jobs to a scheduler instead of starting them on the machine that the shell leads to, its login node. */
  scheduler?: Scheduler;
  /** For what is too large for a request, and for artifacts. Without it every file travels within its request. */
  files?: { transfer: FileTransfer; local: LocalFiles };
  clock: Clock;
  logger?: Logger;
}

const submitTimeoutMs = 10 * 60_000;
const packageGone = 85;
const answerTail = 8192;
const mostAttempts = 3;
const mostBytes = 512 * 1024 * 1024;

export class SupervisedBox
  implements Box, BoxKeeping, BoxStorage, JobTails, ScriptLints, Signatures, Tunnels, Wheelhouse
{
  readonly name: string;
  private readonly asking: Ask = (schema, words, options) => this.ask(schema, words, options);
  private readonly keeping = boxKeeping(this.asking);
  private readonly tails = jobTails(this.asking);
  private readonly wheels = boxWheelhouse(this.asking);
  private readonly known = boxSignatures(this.asking);
  private readonly scripts = boxScriptLint(this.asking);
  private readonly storage: BoxStorage;
  private ready: Promise<Bootstrapped> | undefined;

  constructor(private readonly options: SupervisedBoxOptions) {
    this.name = options.name;
    const { files, clock } = options;
    this.storage = files
      ? boxStorage({ ask: this.asking, stream: this.stream.bind(this), ...files, clock })
      : noStorage;
  }

  async check(signal?: AbortSignal): Promise<BoxCard> {
    const { clock, hub, scheduler } = this.options;
    // Connecting and uploading take longer one way than the other: not part of the round trip that tells the clocks apart.
    await this.withContact(signal, () => this.command([], signal));
    const asked = clock.now();
    const words = ['check', ...(hub === undefined ? [] : ['--hub', hub]), ...schedulerWords(scheduler)];
    const { card } = await this.ask(cardAnswer, words, { signal });
    const seen = cardSeenFromHere(this.name, card, asked, clock.now());
    return scheduler ? { ...seen, schedulerOptions: scheduler.options } : seen;
  }

  async submit(request: JobRequest, signal?: AbortSignal): Promise<JobStatus> {
    const { files, onDisk = {}, secrets, ...spec } = request;
    const { within, beside } = divide(files, spec.content.files, this.options.files !== undefined);
    const pushed = [...beside, ...Object.values(onDisk)];
    if (pushed.length > 0) await this.push(pushed, { signal });
    const stdin = JSON.stringify({ spec: { v: 1, ...spec }, files: encode(within), secrets: secrets ?? {} });
    const { quotaBytes, scheduler } = this.options;
    const quota = quotaBytes === undefined ? [] : ['--quota', String(Math.round(quotaBytes))];
    const words = ['submit', ...quota, ...schedulerWords(scheduler)];
    return (await this.ask(statusAnswer, words, { stdin, signal, timeoutMs: submitTimeoutMs })).status;
  }

  /** Jobs that the box does not know are left out. */
  async status(ids: readonly string[], signal?: AbortSignal): Promise<JobStatus[]> {
    if (ids.length === 0) return [];
    const { statuses } = await this.ask(statusesAnswer, ['status', ...ids], { signal });
    return statuses.filter(({ id }) => ids.includes(id));
  }

  async list(signal?: AbortSignal): Promise<JobStatus[]> {
    const { statuses, odd } = await this.ask(listAnswer, ['list'], { signal });
    if (odd.length > 0) {
      const what = `What the box ${this.name} says of some jobs cannot be understood, so they are left out`;
      this.options.logger?.warn(`${what}: ${odd.join(', ')}.`);
    }
    return statuses;
  }

  /** Comes back within about two seconds; `finishing` means that the job still uses its grace to save a checkpoint. */
  async stop(id: string, signal?: AbortSignal): Promise<JobStatus> {
    return (await this.ask(statusAnswer, ['stop', id], { signal })).status;
  }

  follow(id: string, from: Partial<Record<JobFile, number>>, signal?: AbortSignal): AsyncIterable<JobUpdate> {
    const open = async (offsets: Partial<Record<JobFile, number>>, ending: AbortSignal) => {
      const command = await this.command(['follow', id, '--from', JSON.stringify(offsets)], ending);
      return readFrames(this.renewing(this.options.shell.stream(command, { signal: ending })), id);
    };
    return followJob({ open, clock: this.options.clock }, from, signal);
  }

  async read(
    id: string,
    path: string,
    range?: { offset: number; limit: number },
    signal?: AbortSignal,
  ): Promise<Uint8Array> {
    const place = range ? ['--offset', String(range.offset), '--limit', String(range.limit)] : [];
    return this.withContact(signal, async () => {
      const command = await this.command(['read', id, path, ...place], signal);
      const chunks: Uint8Array[] = [];
      let size = 0;
      for await (const chunk of this.spoken(this.options.shell.stream(command, { signal }))) {
        size += chunk.length;
        if (size > mostBytes) throw tooLarge(path);
        chunks.push(chunk);
      }
      return Buffer.concat(chunks);
    });
  }

  usage(signal?: AbortSignal): Promise<BoxUsage> {
    return this.keeping.usage(signal);
  }

  clean(request: CleanRequest, signal?: AbortSignal): Promise<CleanReport> {
    return this.keeping.clean(request, signal);
  }

  tailFrom(id: string, lines: number, signal?: AbortSignal): Promise<Partial<Record<JobFile, number>>> {
    return this.tails.tailFrom(id, lines, signal);
  }

  async tunnel(port: number, localPort?: number, signal?: AbortSignal): Promise<Tunnel> {
    const { shell } = this.options;
    if (!shell.tunnel) throw cannot(this, 'forward a port');
    return shell.tunnel(port, localPort, signal);
  }

  push(files: readonly LocalFile[], options?: StorageOptions): Promise<PushReport> {
    return this.storage.push(files, options);
  }

  layOut(name: string, files: readonly CodeFile[], signal?: AbortSignal): Promise<CodeReport> {
    return this.storage.layOut(name, files, signal);
  }

  artifacts(id: string, signal?: AbortSignal): Promise<ArtifactList> {
    return this.storage.artifacts(id, signal);
  }

  fetch(id: string, paths: readonly string[], folder: string, options?: StorageOptions): Promise<FetchReport> {
    return this.storage.fetch(id, paths, folder, options);
  }

  wheelhouse(wheels: readonly Wheel[], oldestPython: string, signal?: AbortSignal): Promise<WheelhouseAnswer> {
    return this.wheels.wheelhouse(wheels, oldestPython, signal);
  }

  lint(order: LintOrder, signal?: AbortSignal): Promise<LintAnswer> {
    return this.scripts.lint(order, signal);
  }

  signatures(environment: string, names: readonly string[], signal?: AbortSignal): Promise<Signature[]> {
    return this.known.signatures(environment, names, signal);
  }

  async close(): Promise<void> {
    this.ready = undefined;
    await this.options.shell.close();
  }

  /** Every command can be repeated: asking twice never starts a job twice. */
  private ask<T>(schema: z.ZodType<T>, words: string[], options: ExecOptions): Promise<T> {
    return this.withContact(options.signal, async () => {
      const result = await this.options.shell.exec(await this.command(words, options.signal), options);
      const answer = result.code === 0 ? parseAnswer(schema, result.stdout) : undefined;
      if (answer !== undefined) return answer;
      if (result.code === packageGone) throw cleared(this.name);
      throw parseError(result.stdout) ?? this.unexpected(words[0] ?? '', result);
    });
  }

  /** A command's output; lost contact is the caller's to mend. */
  private async *stream(words: readonly string[], options: StreamOptions): AsyncGenerator<Uint8Array> {
    const command = await this.command(words, options.signal);
    yield* this.spoken(this.options.shell.stream(command, options));
  }

  private async command(words: readonly string[], signal: AbortSignal | undefined): Promise<string> {
    this.ready ??= bootstrap(this.options.shell, this.options.root ?? '~/.ml-intern', this.options.packageFiles);
    const started = this.ready;
    try {
      // All callers share the bootstrap: one of them giving up must not end it.
      const place = await unlessAborted(started, signal);
      // From the package's own folder: a json.py in someone's home must not come before the standard library.
      const program = ['python3', '-m', 'ml_intern_box.supervisor', '--root', place.root, ...words];
      return `cd ${shellQuote(place.package)} 2>/dev/null || exit ${packageGone}; exec ${program.map(shellQuote).join(' ')}`;
    } catch (error) {
      if (this.ready === started && !isAbort(error)) this.ready = undefined;
      throw error;
    }
  }

  private async withContact<T>(signal: AbortSignal | undefined, act: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await act();
      } catch (error) {
        if (!MlInternError.is(error, 'box-lost-contact')) throw error;
        this.ready = undefined;
        if (attempt >= mostAttempts) throw error;
        this.options.logger?.warn(`${error.message} Trying again.`);
        await this.options.clock.sleep(500 * attempt, signal);
      }
    }
  }

  /** Passes a stream on; after a failure the package is looked for again. */
  private async *renewing(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    try {
      yield* chunks;
    } catch (error) {
      if (MlInternError.is(error, 'box-command') || MlInternError.is(error, 'box-lost-contact')) this.ready = undefined;
      throw error;
    }
  }

  /** Passes a stream on; when its command fails, with what the command itself said. */
  private async *spoken(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    let tail: Uint8Array = new Uint8Array();
    try {
      for await (const chunk of this.renewing(chunks)) {
        tail = (chunk.length < answerTail ? Buffer.concat([tail, chunk]) : chunk).subarray(-answerTail);
        yield chunk;
      }
    } catch (error) {
      throw (MlInternError.is(error, 'box-command') ? parseError(Buffer.from(tail).toString()) : undefined) ?? error;
    }
  }

  private unexpected(word: string, result: ExecResult): MlInternError {
    const said = lastLine(result.stderr, result.code);
    return new MlInternError('box-command', `The box ${this.name} did not understand \`${word}\`: ${said}`, {
      next: 'Try again; if it happens again, remove the folder `box` under the ML Intern folder of the box.',
    });
  }
}

function cleared(box: string): MlInternError {
  return new MlInternError('box-lost-contact', `The box package was removed from the box ${box}.`, {
    next: 'Nothing needs to be done: ML Intern uploads it again.',
  });
}

function tooLarge(path: string): MlInternError {
  return new MlInternError('bad-input', `The file ${path} is too large to be read at once.`, {
    next: 'Read it in parts, or copy it from the box with scp.',
  });
}
