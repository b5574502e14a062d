/** The processes of this machine, read from /proc: who belongs to a folder of a box, and how to end them. */
import { readdirSync, readFileSync } from 'node:fs';

export interface FoundProcess {
  pid: number;
  parent: number;
  command: string[];
}

/** Running processes that name the folder on their command line or in their environment. */
export function processesOf(folder: string): FoundProcess[] {
  return allProcesses().filter(({ pid }) => pid !== process.pid && mentions(pid, folder));
}

export function allProcesses(): FoundProcess[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((name) => {
    const [state, parent] = readProc(`${name}/stat`)
      .replace(/^.*\) /s, '')
      .split(' ');
    if (!state || 'ZXx'.includes(state)) return [];
    return [
      { pid: Number(name), parent: Number(parent), command: readProc(`${name}/cmdline`).split('\0').slice(0, -1) },
    ];
  });
}

export function environmentOf(pid: number): string[] {
  return readProc(`${pid}/environ`).split('\0');
}

/** False when it was gone already. */
export function kill(pid: number, signal: NodeJS.Signals = 'SIGKILL'): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

/** Also those that are started meanwhile. */
export function killAllOf(folder: string): void {
  for (let found = processesOf(folder); found.length > 0; found = processesOf(folder)) {
    for (const { pid } of found) kill(pid);
  }
}

function mentions(pid: number, folder: string): boolean {
  return readProc(`${pid}/cmdline`).includes(folder) || readProc(`${pid}/environ`).includes(folder);
}

/** Empty for a process that is gone or is not ours to look at. */
function readProc(path: string): string {
  try {
    return readFileSync(`/proc/${path}`, 'utf8');
  } catch {
    return '';
  }
}
