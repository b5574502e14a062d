/** Reads files that a person names on the command line. */
import { readFile } from 'node:fs/promises';
import { MlInternError } from '../core/errors';

/** `name` is what the file is called in errors. */
export async function readJson(path: string, name: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as unknown;
  } catch (error) {
    const why = error instanceof SyntaxError ? `is not JSON: ${error.message}` : 'cannot be read';
    throw new MlInternError('bad-input', `${name} ${why}.`, { next: `Check the file ${path}.`, cause: error });
  }
}

export async function readScript(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    throw new MlInternError('bad-input', `The script ${path} cannot be read.`, {
      next: 'Check its path.',
      cause: error,
    });
  });
}
