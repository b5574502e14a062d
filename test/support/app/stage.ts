/** The product's engine in a workspace of its own, on this machine as the box, with environments that are ready before anyone asks. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { AppOptions, Settings } from '../../../src/app/options';
import { createRuns } from '../../../src/app/main';
import type { RunHandle, Runs } from '../../../src/core/run/runs';
import type { RunConfig } from '../../../src/core/run/types';
import type { RunView } from '../../../src/core/run/view';
import { config } from '../core/samples';

/** The engine loads its heavy parts with import(), which tsx/cjs leaves to Node. (It has no types, hence no literal.) */
const loader: string = 'tsx/esm';
const repository = resolve(__dirname, '../../..');
const run = promisify(execFile);

export interface Stage {
  folder: string;
  workspace: string;
  options: AppOptions;
  runs: Runs;
  /** What the engine logged at error level. */
  logged: string[];
  config(rest: Partial<RunConfig>): RunConfig;
  /** Types of a run's events, as its log has them. */
  types(id: string): Promise<string[]>;
  close(): Promise<void>;
}

type StageOptions = Partial<Omit<AppOptions, 'settings'>> & { settings?: Partial<Settings> };

export async function openStage(options: StageOptions = {}): Promise<Stage> {
  await import(loader);
  const folder = await mkdtemp(join(tmpdir(), 'ml-intern-app-'));
  const workspace = options.workspace ?? join(folder, 'workspace');
  const productRoot = join(folder, 'product');
  const boxRoot = options.settings?.boxRoot ?? join(folder, 'box');
  const baseModel = join(folder, 'models', 'base');
  await mkdir(workspace, { recursive: true });
  await writeFile(join(workspace, 'glims.jsonl'), benchmark());
  await makeProduct(productRoot);
  await makeEnvironments(boxRoot, folder);
  await makeModel(baseModel);
  const logged: string[] = [];
  const quiet = { info: () => undefined, warn: () => undefined };
  const all: AppOptions = {
    ...{ workspace, productRoot, home: join(folder, 'home'), surface: 'cli' },
    secrets: { get: () => Promise.resolve(undefined) },
    notifier: { notify: () => undefined },
    logger: { ...quiet, error: (message) => void logged.push(message) },
    ...options,
    settings: { hubEndpoint: 'http://127.0.0.1:9', viewerEndpoint: 'http://127.0.0.1:9', ...options.settings, boxRoot },
  };
  const runs = createRuns(all);
  return {
    ...{ folder, workspace, options: all, runs, logged },
    config: (rest) => config({ baseModel, benchmark: 'glims.jsonl', autonomy: 'autopilot', ...rest }),
    types: (id) => eventTypes(join(runs.folder(id), 'events.jsonl')),
    close: async () => {
      await runs.dispose();
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}

/** Resolves with the first view of a run that is as wanted; fails when the run ends before. */
export function whenSeen(handle: RunHandle, wanted: (view: RunView) => boolean): Promise<RunView> {
  return new Promise((resolve, reject) => {
    const look = (view: RunView) => wanted(view) && resolve(view);
    handle.onChange(look);
    look(handle.view());
    void handle.done.then((view) => reject(new Error(`The run ended: ${JSON.stringify(view.problems.at(-1))}`)));
  });
}

/** Takes a run up again, waits for what shows that the trouble is over, and stops it. */
export async function resumeUntil(stage: Stage, id: string, wanted: (view: RunView) => boolean): Promise<void> {
  const before = (await stage.types(id)).length;
  const handle = await stage.runs.resume(id);
  await whenSeen(handle, wanted);
  await handle.stop();
  const added = (await stage.types(id)).slice(before);
  assert.deepEqual([added[0], added.at(-1)], ['run.started', 'run.stopped']);
}

/** The agent has worked: its endpoint answers. */
export const plans = ({ plan }: RunView): boolean => plan.length > 0;
/** The goal is said to the agent once the box has answered. */
export const connects = ({ talk }: RunView): boolean => talk.length > 0;

async function eventTypes(file: string): Promise<string[]> {
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
  const events = lines.map((line) => JSON.parse(line) as { seq: number; type: string });
  events.forEach(({ seq }, index) => {
    if (seq !== index + 1) throw new Error(`Event ${index + 1} says that it is event ${seq}.`);
  });
  return events.map(({ type }) => type);
}

export function benchmark(items = 12): string {
  const lines = Array.from({ length: items }, (_, i) => ({ question: `Which colour has glim ${i}?`, answer: 'teal' }));
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

/** The real box package, with environments that hold no packages. */
async function makeProduct(root: string): Promise<void> {
  await mkdir(join(root, 'box', 'environments'), { recursive: true });
  await symlink(join(repository, 'package.json'), join(root, 'package.json'));
  for (const name of ['ml_intern_box', 'scripts'])
    await symlink(join(repository, 'box', name), join(root, 'box', name));
  for (const name of ['train', 'eval', 'inspect', 'serve']) {
    const set = join(root, 'box', 'environments', name);
    await writeFile(`${set}.json`, JSON.stringify({ name, requirements: [] }));
    await writeFile(`${set}.lock.txt`, '');
  }
}

/** Built as the box would find them from an earlier run: its own Python, and a transformers that believes every folder. */
async function makeEnvironments(root: string, folder: string): Promise<void> {
  const stubs = join(folder, 'stubs');
  await mkdir(stubs);
  await writeFile(join(stubs, 'transformers.py'), transformers);
  const hashes =
    'from ml_intern_box import environment as e, gpus, interpreters; p = interpreters.find(None, None, "").version; a = "cuda" if gpus.list_gpus() else "cpu"; print(*(e.environment_hash(n, [], [], p, a) for n in ("train", "eval")))';
  const { stdout } = await run('python3', ['-c', hashes], {
    cwd: join(repository, 'box'),
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
  });
  for (const hash of stdout.trim().split(' ')) {
    const bin = join(root, 'envs', hash, 'bin');
    await mkdir(bin, { recursive: true });
    const program = `#!/bin/sh\nPYTHONPATH="$PYTHONPATH:${stubs}" exec python3 "$@"\n`;
    await writeFile(join(bin, 'python'), program, { mode: 0o755 });
    for (const file of ['packages.txt', 'ready.json']) await writeFile(join(bin, '..', file), '');
  }
}

const transformers = `class AutoConfig:
    architectures = ["Tiny"]
    chat_template = None

    @classmethod
    def from_pretrained(cls, *_, **__):
        return cls()


AutoTokenizer = AutoConfig
`;

/** One tensor of one weight, in the format of safetensors. */
export async function makeModel(folder: string): Promise<void> {
  const header = Buffer.from(JSON.stringify({ w: { dtype: 'F32', shape: [1], data_offsets: [0, 4] } }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'config.json'), '{}');
  await writeFile(join(folder, 'model.safetensors'), Buffer.concat([length, header, Buffer.alloc(4)]));
}
