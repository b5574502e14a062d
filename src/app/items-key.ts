/** The key that a run's items are sealed with on its box: made from a secret of this machine, so that a resumed run finds it again. */
import { createHmac, randomBytes } from 'node:crypto';
import { link, mkdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Where the run is resumed on another machine the key is another one: what had not been scored there is then measured anew.
 * On the box `local` a script can reach this file as it can reach the benchmark itself; the check of scripts is what refuses that.
 */
export async function itemsKey(home: string, run: string): Promise<string> {
  return createHmac('sha256', await secretOf(home))
    .update(`items of the run ${run}`)
    .digest('hex');
}

async function secretOf(home: string): Promise<string> {
  const path = join(home, 'items.secret');
  const known = await readFile(path, 'utf8').catch(absent);
  if (known !== undefined) return known;
  await mkdir(home, { recursive: true });
  // Whole as soon as it has its name, and never replaced: two windows may start at once.
  const fresh = `${path}.${process.pid}-${randomBytes(4).toString('hex')}`;
  await writeFile(fresh, randomBytes(32).toString('hex'), { mode: 0o600, flag: 'wx' });
  await link(fresh, path).catch(unlessThere);
  await unlink(fresh);
  return readFile(path, 'utf8');
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

function unlessThere(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}
