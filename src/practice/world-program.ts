/** The command line around a world's process: arguments in, one JSON line when ready, a clean end on a signal. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { startWorld, type RunningWorld, type WorldParts } from './world-process';

export interface WorldPlace {
  home: string;
  seed: number;
}

/** Resolves when the world has ended. */
export async function runWorldProgram(
  args: readonly string[],
  program: string,
  makeParts: (place: WorldPlace) => WorldParts,
): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { home: { type: 'string' }, seed: { type: 'string' }, 'idle-seconds': { type: 'string' } },
  });
  const { home, seed = '1', 'idle-seconds': idle } = values;
  if (home === undefined) throw new Error('Usage: practice.cjs --home DIR [--seed N] [--idle-seconds S]');
  const place = { home, seed: Number(seed) };
  const hash = createHash('sha256')
    .update(await readFile(program))
    .digest('hex');
  const times = idle === undefined ? {} : { idleMs: Number(idle) * 1000, checkMs: 200 };
  const world = await startWorld({ ...place, program: hash, ...times }, makeParts(place));
  endOnSignal(world);
  process.stdout.write(`${JSON.stringify(world.info)}\n`);
  await world.ended;
}

function endOnSignal(world: RunningWorld): void {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void world.end());
}
