/** A practice job's command as a process of this machine. It stands in for a container: when its first process ends, all of it does. */
import { spawn, type ChildProcess } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';

export interface JobProcessOptions {
  id: string;
  command: readonly string[];
  environment: Readonly<Record<string, string>>;
  cwd: string;
  /** From SIGTERM to SIGKILL. */
  graceMs: number;
  output: (text: string) => void;
}

const mark = 'PRACTICE_JOB_ID';

export class JobProcess {
  /** The exit code of the first process; null when a signal ended it. */
  readonly ended: Promise<number | null>;
  private readonly child: ChildProcess;

  constructor(private readonly options: JobProcessOptions) {
    const [program = '', ...args] = options.command;
    this.child = spawn(program, args, {
      cwd: options.cwd,
      env: { ...containerEnvironment(options.cwd), ...options.environment, [mark]: options.id },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout?.setEncoding('utf8').on('data', options.output);
    this.child.stderr?.setEncoding('utf8').on('data', options.output);
    this.ended = this.end();
  }

  /** As a container is ended: its first process is asked, after the grace everything is killed. */
  terminate(): void {
    this.child.kill('SIGTERM');
    const kill = setTimeout(() => this.child.kill('SIGKILL'), this.options.graceMs);
    this.child.once('exit', () => clearTimeout(kill));
  }

  private async end(): Promise<number | null> {
    const code = await new Promise<number | null>((resolve) => {
      this.child.once('error', (error) => {
        this.options.output(`${error.message}\n`);
        resolve(127);
      });
      this.child.once('exit', (exitCode) => {
        // What it left behind holds its pipes open: that goes first, then the output is whole.
        void killMarked(this.options.id);
        this.child.once('close', () => resolve(exitCode));
      });
    });
    return code;
  }
}

/** Only what a program needs to start; nothing of this process's own secrets. What it leaves behind goes with its folder, as a container's does. */
function containerEnvironment(home: string): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '/usr/bin:/bin', HOME: home, TMPDIR: home, LANG: 'C.UTF-8' };
}

/** Ends all processes that carry the job's mark, whatever session they moved to. */
async function killMarked(id: string): Promise<void> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name)).map(Number);
  for (const pid of pids) {
    const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '');
    if (pid !== process.pid && environment.split('\0').includes(`${mark}=${id}`)) killIfThere(pid);
  }
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
