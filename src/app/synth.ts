/** Synthetic rows outside of any run: a plan in, a file of rows out, and beside it the log of what was paid for. */
import { appendFile, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../adapters/system/clock';
import type { WrittenRow } from '../core/data/synth/answers';
import { generate, rowLines, type SynthProgress, type SynthResult } from '../core/data/synth/generate';
import type { SynthPlan, TeacherSpec } from '../core/data/synth/plan';
import { jsonHash, sha256 } from '../core/hash';
import { Turns } from '../core/serving/served-teacher';
import { checkOverlap } from './data-programs';
import type { AppOptions } from './options';
import { openTeacher } from './teachers';

export interface SynthOrder {
  plan: SynthPlan;
  /** Absolute. */
  out: string;
  /** Evaluation items that no row may overlap with; absolute. */
  evaluation?: string;
  /** Files of rows that exist, as JSON lines; absolute. */
  existing: string[];
  box?: string;
}

export interface SynthWatch {
  signal: AbortSignal;
  onProgress: (progress: SynthProgress) => void;
  /** What a person sees of a model that is served for it. */
  say: (text: string) => void;
}

export type SynthAnswer = SynthResult & { file: string; log: string; sha256: string };

export async function synthesise(order: SynthOrder, options: AppOptions, watch: SynthWatch): Promise<SynthAnswer> {
  const { plan, out, evaluation } = order;
  const log = `${out}.log.jsonl`;
  const existing = (await Promise.all(order.existing.map(promptsIn))).flat();
  const { signal, onProgress, say } = watch;
  const place = { box: order.box ?? 'local', say, turns: new Turns() };
  const teacher = await openTeacher(plan.teacher, options, place);
  const verifier = isAnother(plan) ? await openTeacher(plan.verifier, options, place) : undefined;
  try {
    const result = await generate({
      ...{ plan, teacher, existing, clock: systemClock, signal, onProgress },
      ...(verifier ? { verifier } : {}),
      log: { read: () => readOr(log, ''), append: (text) => appendFile(log, text) },
      ...(evaluation === undefined ? {} : { overlap: (rows) => overlapping(rows, evaluation, options, watch.signal) }),
    });
    const text = rowLines(result.rows);
    await writeFile(`${out}.part`, text);
    await rename(`${out}.part`, out);
    return { ...result, file: out, log, sha256: sha256(text) };
  } finally {
    await Promise.all([teacher.close(), verifier?.close()]);
  }
}

/** One that is told in the same words is the same. */
function isAnother(plan: SynthPlan): plan is SynthPlan & { verifier: TeacherSpec } {
  return plan.verifier !== undefined && jsonHash(plan.verifier) !== jsonHash(plan.teacher);
}

/** The one engine that compares rows with an evaluation, on this machine. */
async function overlapping(
  rows: readonly WrittenRow[],
  evaluation: string,
  options: AppOptions,
  signal: AbortSignal,
): Promise<ReadonlySet<number>> {
  const folder = await mkdtemp(join(tmpdir(), 'ml-intern-synth-'));
  try {
    const file = join(folder, 'rows.jsonl');
    await writeFile(file, rows.map(({ prompt, completion }) => `${JSON.stringify({ prompt, completion })}\n`).join(''));
    const { hits } = await checkOverlap('local', { train: [file], eval: evaluation }, options, { signal });
    return new Set(hits.map(({ row }) => row));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What rows ask, by the usual names of that column. */
async function promptsIn(file: string): Promise<string[]> {
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line.trim() !== '');
  return lines.flatMap((line) => {
    const { prompt, question, instruction } = JSON.parse(line) as Record<string, unknown>;
    const asked = [prompt, question, instruction].find((value) => typeof value === 'string');
    return typeof asked === 'string' ? [asked] : [];
  });
}

async function readOr(path: string, missing: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return missing;
    throw error;
  }
}
