/** Who drives a run: read from the run's lock and log, because only that process can stop it. */
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

export interface Holder {
  pid: number;
  host: string;
  surface: 'cli' | 'editor';
}

/** Undefined when the run has no lock. */
export async function readHolder(folder: string): Promise<Holder | undefined> {
  const text = await readIfThere(join(folder, 'lock.json'));
  if (text === undefined) return undefined;
  const lock = JSON.parse(text) as { pid: number; host?: string };
  const log = (await readIfThere(join(folder, 'events.jsonl'))) ?? '';
  return { pid: lock.pid, host: lock.host ?? hostname(), surface: surfaceOf(log) };
}

/** The last process that took the run up says what it is. */
function surfaceOf(log: string): Holder['surface'] {
  const line = log.split('\n').findLast((text) => text.includes('"type":"run.started"') && text.endsWith('}'));
  if (line === undefined) return 'cli';
  const { data } = JSON.parse(line) as { data: { by: Holder['surface'] } };
  return data.by;
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
