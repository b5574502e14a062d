// Runs a program for test tooling: quiet while it goes well, its whole output when it does not.
import { spawn } from 'node:child_process';

export interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
}

export interface RunResult {
  code: number;
  output: string;
}

/** Runs to the end and hands back the exit code with stdout and stderr together; never throws for a non-zero code. */
export function runProgram(command: string, args: string[], options: RunOptions = {}): Promise<RunResult> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.on('error', (error) => resolve({ code: 127, output: `${output}${error.message}` }));
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/** As runProgram, but a non-zero code is an error that carries the end of the output. */
export async function mustRun(command: string, args: string[], options: RunOptions = {}): Promise<string> {
  const { code, output } = await runProgram(command, args, options);
  if (code !== 0) {
    throw new Error(`${command} ${args.join(' ')} ended with code ${code}:\n${output.slice(-4000)}`);
  }
  return output;
}

/** What npm adds for the script it runs: a nested npm would act on our package with it. */
const ofNpm = /^(npm_package_|npm_lifecycle_|npm_command$|npm_config_local_prefix$|INIT_CWD$|NODE_OPTIONS$)/;
/** With it, every Python that a test starts would compile its packages anew: 25 s for TRL instead of 7. */
const ofPython = 'PYTHONDONTWRITEBYTECODE';

/** The environment without what others have set for themselves. */
export function cleanEnvironment(extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !ofNpm.test(name) && name !== ofPython);
  return { ...Object.fromEntries(inherited), ...extra };
}

export const seconds = (since: number): string => `${((Date.now() - since) / 1000).toFixed(1)} s`;

/** Whoever asks while the work is under way, or later, gets what it gives. */
export function once<T>(work: () => Promise<T>): () => Promise<T> {
  let given: Promise<T> | undefined;
  return () => (given ??= work());
}
