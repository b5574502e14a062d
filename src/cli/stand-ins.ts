/** What a practice run did not do for real, as its world's own file says it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunConfig } from '../core/run/types';

/** Empty for a run outside the practice world. */
export async function standInsOf(config: RunConfig | null, home: string): Promise<string[]> {
  if (!config?.practice) return [];
  const file = join(home, 'practice', 'worlds', String(config.practice.seed), 'world.json');
  try {
    const world = JSON.parse(await readFile(file, 'utf8')) as { standIns: string[] };
    return world.standIns;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return ['The practice world: its language model, Hub, papers and base model are stand-ins.'];
  }
}
