/**
 * The process that serves a practice world. It outlives whoever started it, as a real Hub would, and ends by itself when nobody has used
 * it for a while. Its parts are handed in, so that tests can run it with small ones.
 */
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { processStartTime } from '../adapters/files/process-start';
import { standInSentences } from './stand-ins';
import { isSameProcess } from '../adapters/files/process-start';
import { ignoreMissing, readWorld, worldPaths, writeWorld, type PracticeWorldInfo } from './world-file';

/** `port` is the one to prefer; `onRequest` is called for each request. */
export interface PartOptions {
  port: number;
  onRequest: () => void;
}

export interface ServersPart {
  hub: string;
  viewer: string;
  papers: string;
  arxiv: string;
  semanticScholar: string;
  gitHub: string;
  stop(): Promise<void>;
}

export interface ModelPart {
  url: string;
  model: string;
  stop(): Promise<void>;
}

export interface SshPart {
  info: PracticeWorldInfo['ssh'];
  stop(): Promise<void>;
}

export interface WorldParts {
  startServers(options: PartOptions): Promise<ServersPart>;
  startModel(options: PartOptions): Promise<ModelPart>;
  startSsh(options: { port: number; folder: string }): Promise<SshPart>;
}

export interface WorldOptions {
  home: string;
  seed: number;
  program: string;
  idleMs?: number;
  checkMs?: number;
}

export interface RunningWorld {
  info: PracticeWorldInfo;
  /** Settles when the world has ended, for whatever reason. */
  ended: Promise<void>;
  end(): Promise<void>;
}

const idleDefaultMs = 15 * 60_000;
const checkDefaultMs = 20_000;

export async function startWorld(options: WorldOptions, parts: WorldParts): Promise<RunningWorld> {
  const { home, seed, program } = options;
  const paths = worldPaths(home, seed);
  await mkdir(paths.ssh, { recursive: true, mode: 0o700 });
  const earlier = await readWorld(home, seed);
  const activity = new Activity(paths.users);
  const started = await startParts(parts, activity, earlier, paths.ssh);
  const [servers, model, ssh] = started;
  const { hub, viewer, papers, arxiv, semanticScholar, gitHub } = servers;
  const info: PracticeWorldInfo = {
    v: 1,
    seed,
    pid: process.pid,
    startTime: await processStartTime(process.pid),
    program,
    ...{ hub, viewer, papers, arxiv, semanticScholar, gitHub },
    modelUrl: model.url,
    modelName: model.model,
    ssh: ssh.info,
    standIns: standInSentences(ssh.info.kind),
  };
  await writeWorld(home, info);
  return keepRunning(info, started, activity, options);
}

type StartedParts = [ServersPart, ModelPart, SshPart];

async function startParts(
  parts: WorldParts,
  activity: Activity,
  earlier: PracticeWorldInfo | undefined,
  sshFolder: string,
): Promise<StartedParts> {
  const onRequest = () => activity.touch();
  const results = await Promise.allSettled([
    atPort(portOf(earlier?.hub), (port) => parts.startServers({ port, onRequest })),
    atPort(portOf(earlier?.modelUrl), (port) => parts.startModel({ port, onRequest })),
    atPort(earlier?.ssh.port ?? 0, (port) => parts.startSsh({ port, folder: sshFolder })),
  ]);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed === undefined) return results.map((result) => (result as { value: unknown }).value) as StartedParts;
  const running = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  await Promise.all(running.map((part) => part.stop()));
  throw failed.reason;
}

/** Prefers the port of an earlier world, so that a restarted one is found where running jobs look for it. */
async function atPort<T>(port: number, start: (port: number) => Promise<T>): Promise<T> {
  try {
    return await start(port);
  } catch (error) {
    if (port === 0 || (error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    return start(0);
  }
}

function portOf(url: string | undefined): number {
  return url === undefined ? 0 : Number(new URL(url).port);
}

function keepRunning(
  info: PracticeWorldInfo,
  parts: StartedParts,
  activity: Activity,
  options: WorldOptions,
): RunningWorld {
  const { idleMs = idleDefaultMs, checkMs = checkDefaultMs } = options;
  let ending: Promise<void> | undefined;
  let settle: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => (settle = resolve));
  const end = () => {
    clearInterval(timer);
    ending ??= Promise.allSettled(parts.map((part) => part.stop())).then(settle);
    return ending;
  };
  const timer = setInterval(() => {
    void activity.idleFor().then((idle) => (idle >= idleMs ? end() : undefined));
  }, checkMs);
  return { info, ended, end };
}

/** When the world was last used: by a request, or by a living process that said it uses it (whoever holds an SSH connection did). */
class Activity {
  private last = Date.now();

  constructor(private readonly users: string) {}

  touch(): void {
    this.last = Date.now();
  }

  async idleFor(): Promise<number> {
    if (await this.hasUsers()) this.touch();
    return Date.now() - this.last;
  }

  private async hasUsers(): Promise<boolean> {
    const names = (await readdir(this.users).catch(ignoreMissing)) ?? [];
    const living = await Promise.all(names.map((name) => this.isUsed(join(this.users, name), Number(name))));
    return living.includes(true);
  }

  private async isUsed(file: string, pid: number): Promise<boolean> {
    const startTime = (await readFile(file, 'utf8').catch(ignoreMissing)) || null;
    const alive = await isSameProcess({ pid, startTime });
    if (!alive) await rm(file, { force: true });
    return alive;
  }
}
