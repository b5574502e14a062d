/** Lines of a file by their numbers. */
import { MlInternError } from '../errors';

export interface LineRange {
  /** Counted from 1; both are shown. */
  from: number;
  to: number;
}

/** `120-200`, `120-`, `120`; undefined for the whole file. */
export function lineRange(text: string | undefined): LineRange {
  if (text === undefined || text.trim() === '') return { from: 1, to: Infinity };
  const found = /^\s*L?(\d+)\s*(-)?\s*L?(\d+)?\s*$/i.exec(text);
  const from = Number(found?.[1] ?? 0);
  const to = found?.[3] !== undefined ? Number(found[3]) : found?.[2] === undefined ? from : Infinity;
  if (from >= 1 && to >= from) return { from, to };
  throw new MlInternError('bad-input', 'That is not a range of lines.', { next: 'Give e.g. "120-200" or "120-".' });
}

export interface ShownLines {
  text: string;
  from: number;
  to: number;
  total: number;
}

/** As many whole lines of the range as fit, each with its number; one that is too long is cut. */
export function numberedLines(file: string, { from, to }: LineRange, limit: number): ShownLines {
  const lines = file.replace(/\r\n/g, '\n').replace(/\n$/, '').split('\n');
  const shown: string[] = [];
  let left = limit;
  for (let number = from; number <= Math.min(to, lines.length); number++) {
    const line = `${number}: ${(lines[number - 1] ?? '').slice(0, 500)}`;
    left -= line.length + 1;
    if (left < 0 && shown.length > 0) break;
    shown.push(line);
  }
  return { text: shown.join('\n'), from, to: from + shown.length - 1, total: lines.length };
}
