/** Quoting for a POSIX shell. */

export function shellQuote(text: string): string {
  return /^[A-Za-z0-9_./:=@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Quotes a folder that may begin with `~/`, which stays the home folder of whoever runs the command. */
export function quoteFolder(folder: string): string {
  if (folder === '~') return '"$HOME"';
  return folder.startsWith('~/') ? `"$HOME"/${shellQuote(folder.slice(2))}` : shellQuote(folder);
}
