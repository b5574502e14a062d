/** A journal over a store in memory, as a process has it after opening a run's folder. */
import { Journal } from '../../../src/core/run/journal';
import type { RunConfig } from '../../../src/core/run/types';
import type { Clock } from '../../../src/core/ports/common';
import { MemoryStore } from './memory-store';
import { QuietClock } from './quiet-clock';
import { config } from './samples';

export const runFolder = 'run-1';
export const logPath = `${runFolder}/events.jsonl`;

/** A new run that was started; with a store that holds a log already, that run. */
export async function openJournal(
  store = new MemoryStore(),
  settings: Partial<RunConfig> = {},
  clock: Clock = new QuietClock(),
): Promise<Journal> {
  const journal = await Journal.open(store, runFolder, clock);
  if (journal.view.config) return journal;
  await journal.record('run.created', { id: runFolder, name: runFolder, config: config(settings) });
  await journal.record('run.started', { by: 'cli', process: 1 });
  return journal;
}

export const types = (journal: Journal): string[] => journal.events.map(({ type }) => type);
export const count = (journal: Journal, type: string): number => types(journal).filter((one) => one === type).length;
