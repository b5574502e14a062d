/** The most memory that a process and all that it starts hold at one time, as Linux counts it: shared pages once. */
import { readdirSync, readFileSync } from 'node:fs';

const everyMs = 100;

export class TreeMemory {
  peakMB = 0;
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly pid: number) {
    this.timer = setInterval(() => (this.peakMB = Math.max(this.peakMB, this.now())), everyMs);
  }

  stop(): number {
    clearInterval(this.timer);
    return this.peakMB;
  }

  private now(): number {
    const parents = new Map(processes());
    const inTree = (pid: number): boolean => {
      for (let at: number | undefined = pid; at !== undefined && at > 1; at = parents.get(at))
        if (at === this.pid) return true;
      return false;
    };
    return [...parents.keys()].filter(inTree).reduce((sum, pid) => sum + megabytes(pid), 0);
  }
}

function processes(): [number, number][] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name): [number, number][] => {
      const parent = /\) \S (\d+)/.exec(text(`/proc/${name}/stat`))?.[1];
      return parent === undefined ? [] : [[Number(name), Number(parent)]];
    });
}

function megabytes(pid: number): number {
  const kilobytes = /^Pss:\s+(\d+) kB/m.exec(text(`/proc/${pid}/smaps_rollup`))?.[1];
  return Number(kilobytes ?? 0) / 1000;
}

/** Empty when the process has ended. */
function text(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
