/** When a process started, as an opaque text: tells a living process from another one that got its pid later. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** Null when there is no such process (or no way to know). */
export async function processStartTime(pid: number): Promise<string | null> {
  if (process.platform === 'linux') {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
    // Field 22, counted after the command's closing parenthesis, which may itself hold spaces.
    const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
    // In a container without an init, a killed process stays in the table as a zombie: it holds nothing any more.
    return fields === undefined || fields[0] === 'Z' ? null : (fields[19] ?? null);
  }
  if (process.platform === 'win32') return null;
  const { stdout } = await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)]).catch(() => ({
    stdout: '',
  }));
  return stdout.trim() || null;
}

/** True while the very process that was named runs, not another one that got its pid. */
export async function isSameProcess({ pid, startTime }: { pid: number; startTime: string | null }): Promise<boolean> {
  return isRunning(pid) && (startTime === null || (await processStartTime(pid)) === startTime);
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
