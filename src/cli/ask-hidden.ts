/** A question whose answer does not show: the terminal is left as it was, whatever happens. */
import { StringDecoder } from 'node:string_decoder';

/** What `process.stdin` is, as far as it matters here. */
export interface KeyInput {
  readonly isRaw?: boolean;
  setRawMode(raw: boolean): unknown;
  on(event: 'data', listener: (keys: Buffer | string) => void): unknown;
  on(event: 'end', listener: () => void): unknown;
  off(event: 'data', listener: (keys: Buffer | string) => void): unknown;
  off(event: 'end', listener: () => void): unknown;
  resume(): unknown;
  pause(): unknown;
}

interface Screen {
  write(text: string): unknown;
}

const interrupted = '\u0003';
const ended = '\u0004';

/** undefined when the input ends or Ctrl-C is typed; an AbortError when the signal fires. */
export async function askHidden(
  question: string,
  signal: AbortSignal,
  input: KeyInput = process.stdin,
  screen: Screen = process.stderr,
  interrupt: () => void = () => process.kill(process.pid, 'SIGINT'),
): Promise<string | undefined> {
  signal.throwIfAborted();
  const wasRaw = input.isRaw === true;
  const typed = new TypedLine();
  let undo: () => void = () => undefined;
  screen.write(question);
  input.setRawMode(true);
  // A kill ends the process without our finally; the shell must not be left without an echo.
  const restore = () => void input.setRawMode(wasRaw);
  process.once('exit', restore);
  try {
    return await new Promise<string | undefined>((resolve, reject) => {
      const end = () => resolve(undefined);
      const stop = () => reject(signal.reason as Error);
      const read = (keys: Buffer | string) => {
        const how = typed.take(keys);
        if (how === 'done') resolve(typed.text);
        if (how === 'ended') end();
        if (how === 'interrupted') {
          end();
          interrupt();
        }
      };
      input.on('data', read);
      input.on('end', end);
      signal.addEventListener('abort', stop, { once: true });
      undo = () => {
        input.off('data', read);
        input.off('end', end);
        signal.removeEventListener('abort', stop);
      };
      input.resume();
    });
  } finally {
    undo();
    process.off('exit', restore);
    restore();
    input.pause();
    screen.write('\n');
  }
}

/** The keys that a terminal without an echo leaves to its program. */
class TypedLine {
  text = '';
  private readonly decoder = new StringDecoder('utf8');

  take(keys: Buffer | string): 'done' | 'ended' | 'interrupted' | undefined {
    for (const key of typeof keys === 'string' ? keys : this.decoder.write(keys)) {
      if (key === '\r' || key === '\n') return 'done';
      if (key === interrupted) return 'interrupted';
      if (key === ended && this.text === '') return 'ended';
      this.press(key);
    }
    return undefined;
  }

  private press(key: string): void {
    if (key === '\u007f' || key === '\b') this.text = [...this.text].slice(0, -1).join('');
    else if (key === '\u0015') this.text = '';
    else if (key >= ' ') this.text += key;
  }
}
