/** The person's terminal: what may be drawn on it, how to ask, how Ctrl-C arrives. Tests use a fake one. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { MlInternError } from '../core/errors';
import { askHidden } from './ask-hidden';

export const eraseLine = '\r\u001b[2K';

export interface Terminal {
  /** A person can be asked. */
  readonly interactive: boolean;
  /** Lines may be redrawn (a terminal that takes control characters). */
  readonly live: boolean;
  columns(): number;
  /** A question is on the screen: nothing may be drawn over it. */
  busy(): boolean;
  out(text: string): void;
  err(text: string): void;
  /** A line for the person, in place of what is being redrawn. */
  line(text: string): void;
  /** Rejects with an AbortError when the signal fires; undefined when the input has ended. */
  ask(question: string, signal: AbortSignal): Promise<string | undefined>;
  /** As `ask`, with nothing of the answer on the screen. */
  askHidden(question: string, signal: AbortSignal): Promise<string | undefined>;
  /** Opens the text in the person's editor and returns what was saved. */
  edit(text: string, fileName: string): Promise<string>;
  onInterrupt(listener: () => void): () => void;
  /** Leaves at once. */
  exit(code: number): void;
}

export function processTerminal(env: NodeJS.ProcessEnv): Terminal {
  const { stdin, stdout, stderr } = process;
  let questions = 0;
  const asking = async <T>(question: Promise<T>) => {
    questions++;
    return question.finally(() => questions--);
  };
  const live = stderr.isTTY === true && env['TERM'] !== 'dumb' && !env['NO_COLOR'];
  return {
    interactive: stdin.isTTY === true && stderr.isTTY === true,
    live,
    columns: () => stderr.columns || 80,
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    line: (text) => void stderr.write(`${questions > 0 ? '\n' : live ? eraseLine : ''}${text}\n`),
    busy: () => questions > 0,
    ask: (question, signal) => asking(ask(question, signal)),
    askHidden: (question, signal) => asking(askHidden(question, signal)),
    edit: (text, fileName) => edit(text, fileName, env['VISUAL'] || env['EDITOR'] || 'vi'),
    onInterrupt,
    exit: (code) => process.exit(code),
  };
}

/** npm hands a Ctrl-C on that the terminal has sent already: two at once are one. */
const sameInterruptMs = 300;

function onInterrupt(listener: () => void): () => void {
  let last = 0;
  const once = () => {
    const now = Date.now();
    if (now - last > sameInterruptMs) listener();
    last = now;
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, once);
  return () => {
    for (const signal of signals) process.off(signal, once);
  };
}

async function ask(question: string, signal: AbortSignal): Promise<string | undefined> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  // readline swallows Ctrl-C; hand it on to whoever listens for an interrupt.
  lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  const ended = new Promise<undefined>((resolve) => lines.once('close', () => resolve(undefined)));
  try {
    return await Promise.race([lines.question(question, { signal }), ended]);
  } finally {
    lines.close();
  }
}

async function edit(text: string, fileName: string, editor: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ml-intern-'));
  const file = join(folder, fileName);
  try {
    await writeFile(file, text);
    await runEditor(editor, file);
    return await readFile(file, 'utf8');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Through the shell, because EDITOR may hold arguments ("code --wait"). */
function runEditor(editor: string, file: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (why: string) =>
      new MlInternError('bad-input', `The editor "${editor}" ${why}.`, {
        next: 'Set EDITOR to an editor that works here, and choose "edit" again.',
      });
    const child = spawn(`${editor} "${file}"`, { shell: true, stdio: 'inherit' });
    child.once('error', (error) => reject(failed(`could not be started: ${error.message}`)));
    child.once('exit', (code) => (code === 0 ? resolve() : reject(failed(`ended with code ${code}`))));
  });
}
