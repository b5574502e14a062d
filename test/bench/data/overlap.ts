/** The overlap check beside lm-evaluation-harness's decontamination, on the same rows, one after the other, with as many processes. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { cleanEnvironment, mustRun } from '../../support/process';
import { type Row, soleRow } from '../row';
import { TreeMemory } from './tree-memory';

const repository = resolve(__dirname, '../../..');
const rowCount = Number(process.env['ML_INTERN_BENCH_ROWS'] ?? 1_000_000);
const itemCount = 500;
/** The peer would take many minutes for all rows. */
const peerRows = Math.min(rowCount, 20_000);
const peerPackage = 'lm_eval==0.4.13';
const atLeast = 5;
const memoryMB = 1000;

interface Made {
  rows: number;
  planted: number;
  bytes: number;
}
interface Ours {
  rows: number;
  items: number;
  seconds: number;
  hits: { row: number; kind: string }[];
  flaggedRows: number;
}
interface Theirs {
  seconds: number;
  dirty: number[];
}

export async function overlap(folder: string, note: (text: string) => void): Promise<Row[]> {
  const [rows, items] = [join(folder, 'rows.jsonl'), join(folder, 'items.jsonl')];
  const processes = availableParallelism();
  note(`making ${rowCount} rows and ${itemCount} items`);
  const made = await python<Made>('python3', [join(__dirname, 'rows.py'), folder, String(rowCount), String(itemCount)]);
  const peer = await peerPython(note);
  note(`${Math.round(made.bytes / 1e6)} MB, ${processes} processes each; the peer on the first ${peerRows} rows`);
  const task = [join(__dirname, 'janitor.py'), rows, items, String(peerRows), String(processes)];
  // Before and after ours, so that whatever else the machine does meets both.
  const before = await python<Theirs>(peer, task);
  note(`the peer took ${before.seconds.toFixed(1)} s; now ours on all rows`);
  const ours = await check(rows, items, processes);
  note(`ours took ${ours.wallSeconds.toFixed(1)} s; the peer again`);
  const after = await python<Theirs>(peer, task);
  const theirs = { dirty: after.dirty, seconds: (before.seconds + after.seconds) / 2 };
  return [...speedRows(ours, theirs), foundRow(ours, theirs)];
}

interface Checked extends Ours {
  wallSeconds: number;
  peakMB: number;
}

/** The engine in the box's Python, as the command line calls it; timed from the start of the process to its end. */
async function check(rows: string, items: string, processes: number): Promise<Checked> {
  const began = performance.now();
  const child = spawn('python3', ['-m', 'ml_intern_box.overlap', '--order'], {
    cwd: join(repository, 'box'),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(`${JSON.stringify({ train: [rows], eval: items, processes })}\n`);
  const memory = new TreeMemory(child.pid ?? 0);
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  const wallSeconds = (performance.now() - began) / 1000;
  const peakMB = memory.stop();
  if (code !== 0) throw new Error(`The overlap check ended with code ${code}: ${said.slice(-500)}`);
  const { result } = JSON.parse(said.trim().split('\n').at(-1) ?? '') as { result: Ours };
  return { ...result, wallSeconds, peakMB };
}

function speedRows(ours: Checked, theirs: Theirs): Row[] {
  const scaled = theirs.seconds * (rowCount / peerRows);
  const ratio = rounded(scaled / ours.wallSeconds);
  const share = peerRows === rowCount ? '' : `, timed twice on the first ${peerRows} of the rows and scaled`;
  const peer = `lm-evaluation-harness ${peerPackage.split('==')[1]} Janitor${share}`;
  const name = `overlap, ${rowCount} rows x ${itemCount} items`;
  const goal = `at least ${atLeast}x as fast`;
  const holds = ratio >= atLeast;
  return [
    { name, value: rounded(ours.wallSeconds), unit: 's', peer, peerValue: rounded(scaled), ratio, goal, holds },
    soleRow('overlap, peak memory of all processes', ours.peakMB, 'MB', memoryMB),
  ];
}

/** Both must have found what was planted in the rows that both have read: speed alone says nothing. */
function foundRow(ours: Checked, theirs: Theirs): Row {
  const planted = Math.ceil(peerRows / 200);
  const isPlanted = (row: number) => row % 200 === 0;
  const flagged = new Set(ours.hits.filter(({ row }) => row < peerRows && isPlanted(row)).map(({ row }) => row));
  const peerValue = theirs.dirty.filter(isPlanted).length;
  return {
    name: 'overlap, planted rows found',
    value: flagged.size,
    unit: `of ${planted}`,
    peer: 'lm-evaluation-harness',
    peerValue,
    ratio: null,
    goal: 'all of them',
    holds: flagged.size === planted,
  };
}

/** An environment with the peer alone, made once: its decontamination needs none of its dependencies. */
async function peerPython(note: (text: string) => void): Promise<string> {
  const folder = join(repository, '.cache', 'bench', peerPackage.replace('==', '-'));
  const interpreter = join(folder, 'bin', 'python');
  if (existsSync(join(folder, 'complete'))) return interpreter;
  note(`installing ${peerPackage} into ${folder}, once`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await mustRun('python3', ['-m', 'venv', folder]);
  const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps', peerPackage];
  await mustRun(interpreter, install, { env: cleanEnvironment() });
  await mkdir(join(folder, 'complete'));
  return interpreter;
}

async function python<T>(interpreter: string, words: string[]): Promise<T> {
  const said = await mustRun(interpreter, words, { env: cleanEnvironment() });
  return JSON.parse(said.trim().split('\n').at(-1) ?? '') as T;
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
