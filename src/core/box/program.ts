/** Runs one of the box's programs on an order, on the local machine or over SSH; it answers with one JSON object a line. */
import { z } from 'zod';
import { MlInternError } from '../errors';
import type { Shell } from '../ports/shell';
import { bootstrap } from './bootstrap';
import { shellQuote } from './quote';
import { parseError } from './schema';
import { parseJson } from '../json';

export interface ProgramPlace {
  shell: Shell;
  /** The ML Intern folder there. */
  root: string;
  packageFiles: Readonly<Record<string, string>>;
}

export interface Program<P, R> {
  /** For people, e.g. `The overlap check`. */
  name: string;
  /** Of `ml_intern_box`. */
  module: string;
  progress: z.ZodType<P>;
  result: z.ZodType<R>;
}

export interface ProgramWatch<P> {
  signal?: AbortSignal;
  /** Variables for what the program starts. They go through its standard input: a command line can be seen by others. */
  secrets?: Readonly<Record<string, string>>;
  onProgress?: (progress: P) => void;
}

const longestAnswer = 256 * 1024 * 1024;

/** Paths in the order count from the home folder there. The program's own error is thrown as it was told. */
export async function runProgram<P, R>(
  place: ProgramPlace,
  program: Program<P, R>,
  order: object,
  { signal, onProgress, secrets = {} }: ProgramWatch<P> = {},
): Promise<R> {
  const box = await bootstrap(place.shell, place.root, place.packageFiles);
  const hasSecrets = Object.keys(secrets).length > 0;
  const told = { ...order, root: box.root, base: '~', ...(hasSecrets ? { secretsFollow: true } : {}) };
  const words = ['python3', '-m', `ml_intern_box.${program.module}`, '--order'].map(shellQuote).join(' ');
  // From the package's own folder: a json.py in someone's home must not come before the standard library.
  const command = `cd ${shellQuote(box.package)} && exec ${words}`;
  const answer = z.object({ progress: program.progress.optional(), result: program.result.optional() });
  for await (const line of linesOf(
    place.shell.stream(command, { signal, stdin: linesFor(told, ...(hasSecrets ? [secrets] : [])) }),
    program.name,
  )) {
    const failure = parseError(line);
    if (failure) throw failure;
    const said = parsed(line);
    if (said === undefined) continue;
    const { progress, result } = answer.parse(said);
    if (progress !== undefined) onProgress?.(progress);
    if (result !== undefined) return result;
  }
  throw new MlInternError('box-command', `${program.name} on ${place.shell.name} ended without a result.`, {
    next: 'See whether the machine is short of memory, then try again.',
  });
}

/** An order can be longer than a command line may be, and a command line can be seen by others. */
async function* linesFor(...values: object[]): AsyncGenerator<Uint8Array> {
  for (const value of values) yield await Promise.resolve(new TextEncoder().encode(`${JSON.stringify(value)}\n`));
}

async function* linesOf(chunks: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let parts: string[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    const pieces = decoder.decode(chunk, { stream: true }).split('\n');
    for (const piece of pieces.slice(0, -1)) {
      yield [...parts, piece].join('');
      parts = [];
      length = 0;
    }
    const rest = pieces.at(-1) ?? '';
    parts.push(rest);
    length += rest.length;
    if (length > longestAnswer)
      throw new MlInternError('box-command', `${name} answers without end.`, {
        next: 'Check what the login scripts of the box print, then try again.',
      });
  }
}

/** Undefined for what a login script printed. */
function parsed(line: string): object | undefined {
  const value = parseJson(line);
  return value !== null && typeof value === 'object' ? value : undefined;
}
