/** Waits for the end of a scenario's job and counts what was lost on the way. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { processesOf } from '../support/processes';
import type { Client } from './client';
import { compareCopies, type Copies, expectedCopies, watched } from './numbered-job';
import type { Figures } from './scenario';
import type { World } from '../support/box-world';

export interface Findings {
  faults: number;
  noticedMs: number;
  expectedState?: string;
  broken?: string[];
}

export async function finish(world: World, client: Client, id: string, findings: Findings): Promise<Figures> {
  await client.ended(id);
  return judge(world, id, { state: client.state(id), copies: await client.copies(id) }, findings);
}

export interface Told {
  state: string;
  copies: Copies;
}

/** The job's own count says what was written; where it did not come to that, the box's files do. */
export async function judge(world: World, id: string, told: Told, findings: Findings): Promise<Figures> {
  const onBox = await filesOnBox(world, id);
  const count = await readFile(join(world.jobFolder(id), 'artifacts', 'count'), 'utf8').catch(() => undefined);
  const expected = count === undefined ? onBox : expectedCopies(Number(count), onBox['metrics.jsonl'].length > 0);
  const { lost, doubled, same } = compareCopies(told.copies, expected);
  const broken = [...(findings.broken ?? [])];
  if (!same && lost + doubled === 0) broken.push('the lines are not in their order');
  const left = processesOf(world.jobFolder(id)).length;
  if (left > 0) broken.push(`${left} processes of the job are left`);
  return {
    faults: findings.faults,
    jobsLost: /unknown|\(lost\)/.test(told.state) && told.state !== findings.expectedState ? 1 : 0,
    bytesLost: lost,
    bytesDoubled: doubled,
    state: told.state,
    expectedState: findings.expectedState ?? 'finished',
    secondsToNotice: Math.round(findings.noticedMs / 10) / 100,
    broken,
  };
}

/** Logs may lie in several segments; their names sort in the order of their offsets, the newest without one comes last. */
async function filesOnBox(world: World, id: string): Promise<Copies> {
  const folder = world.jobFolder(id);
  const names = (await readdir(folder)).sort();
  const whole = async (file: string) => {
    const parts = [...names.filter((name) => name.startsWith(`${file}.`)), ...names.filter((name) => name === file)];
    return Buffer.concat(await Promise.all(parts.map((part) => readFile(join(folder, part)))));
  };
  const contents = await Promise.all(watched.map(whole));
  return Object.fromEntries(watched.map((file, i) => [file, contents[i]])) as Copies;
}
