/** Splits a stream of bytes into lines of text, without ever holding more than one line and one chunk. */
import { MlInternError } from '../errors';

const longest = 512 * 1024;

export async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = parts.pop() ?? '';
    if (rest.length > longest) throw endless();
    yield* parts;
  }
}

function endless(): MlInternError {
  return new MlInternError(
    'box-command',
    'The box sent a line without end; what it runs is not the ML Intern package.',
    {
      next: 'Check what the login scripts of the box print, then try again.',
    },
  );
}
