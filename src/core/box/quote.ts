/** Quoting for a POSIX shell. */
import { MlInternError } from '../errors';

export function shellQuote(text: string): string {
  // No command can hold one: what comes after it would be cut off, and with it the closing quote.
  if (text.includes('\0')) {
    throw new MlInternError('bad-input', 'A name with a NUL character cannot be used on the box.', {
      next: 'Use a plain relative path.',
    });
  }
  return /^[A-Za-z0-9_./:=@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Quotes a folder that may begin with `~/`, which stays the home folder of whoever runs the command. */
export function quoteFolder(folder: string): string {
  if (folder === '~') return '"$HOME"';
  return folder.startsWith('~/') ? `"$HOME"/${shellQuote(folder.slice(2))}` : shellQuote(folder);
}
