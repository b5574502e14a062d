/** Lines of a file that hold what is looked for. */
import type { CodeMatch } from '../../core/ports/lookup';

const longestLine = 300;
const mostInOneFile = 5;

export function isText(bytes: Uint8Array): boolean {
  return !bytes.subarray(0, 8000).includes(0);
}

/** The words as they stand, in any case; where no line of the file has them so, lines that have all of them. */
export function matchesIn(path: string, content: Uint8Array, wanted: string): { exact: boolean; matches: CodeMatch[] } {
  const text = new TextDecoder().decode(content);
  const phrase = wanted.trim().toLowerCase();
  const lower = text.toLowerCase();
  const words = phrase.split(/\s+/);
  if (!words.every((word) => lower.includes(word))) return { exact: false, matches: [] };
  const lines = text.split('\n');
  const exact = linesWith(path, lines, (line) => line.includes(phrase));
  if (exact.length > 0) return { exact: true, matches: exact };
  return { exact: false, matches: linesWith(path, lines, (line) => words.every((word) => line.includes(word))) };
}

function linesWith(path: string, lines: readonly string[], test: (line: string) => boolean): CodeMatch[] {
  const found: CodeMatch[] = [];
  for (const [index, line] of lines.entries()) {
    if (!test(line.toLowerCase())) continue;
    found.push({ path, line: index + 1, text: line.trim().slice(0, longestLine) });
    if (found.length >= mostInOneFile) break;
  }
  return found;
}
