/** Login scripts may print to standard output; what comes before our own mark is theirs and is dropped. */
import { randomUUID } from 'node:crypto';
import { shellQuote } from '../../core/box/quote';

export interface MarkedCommand {
  /** For whatever login shell the person has (fish, csh): only quoting and `sh -c` are used. */
  command: string;
  strip(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array>;
  /** Whether the command has begun: nothing before the mark is its own. */
  begun(): boolean;
}

const mostNoise = 1024 * 1024;

export function markOutput(command: string): MarkedCommand {
  const mark = `ml-intern-${randomUUID()}\n`;
  let begun = false;
  return {
    command: `sh -c ${shellQuote(`printf '%s\\n' ${mark.trimEnd()}; ${command}`)}`,
    strip: (chunks) => afterMark(chunks, Buffer.from(mark), () => (begun = true)),
    begun: () => begun,
  };
}

async function* afterMark(
  chunks: AsyncIterable<Uint8Array>,
  mark: Buffer,
  begin: () => void,
): AsyncGenerator<Uint8Array> {
  let before: Buffer | undefined = Buffer.alloc(0);
  for await (const chunk of chunks) {
    if (before === undefined) {
      yield chunk;
      continue;
    }
    before = Buffer.concat([before, chunk]);
    const at = before.indexOf(mark);
    if (at >= 0) {
      begin();
      const rest: Buffer = before.subarray(at + mark.length);
      before = undefined;
      if (rest.length > 0) yield rest;
    } else if (before.length > mostNoise) {
      before = before.subarray(-mark.length);
    }
  }
}
