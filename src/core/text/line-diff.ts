/** The lines in which two texts differ, as a unified diff shows them. */

interface Line {
  mark: ' ' | '-' | '+';
  text: string;
}

const context = 2;
/** Beyond this many pairs of lines, what differs in the middle is shown as a whole. */
const mostPairs = 4_000_000;

/** Each line with its mark: `-` only before, `+` only after, ` ` in both; `@@` where equal lines were left out. */
export function lineDiff(before: string, after: string): string[] {
  const lines = changes(linesOf(before), linesOf(after));
  const near = lines.map((_, index) =>
    lines.slice(Math.max(0, index - context), index + context + 1).some(({ mark }) => mark !== ' '),
  );
  return lines.flatMap(({ mark, text }, index) => {
    if (near[index] === true) return [`${mark}${text}`];
    return near[index - 1] === true || (index === 0 && near.includes(true)) ? ['@@'] : [];
  });
}

export function changedLines(diff: readonly string[]): { added: number; removed: number } {
  const starting = (mark: string): number => diff.filter((line) => line.startsWith(mark)).length;
  return { added: starting('+'), removed: starting('-') };
}

function linesOf(text: string): string[] {
  const lines = text.split(/\r?\n/);
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}

function changes(before: readonly string[], after: readonly string[]): Line[] {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head++;
  let tail = 0;
  const most = Math.min(before.length, after.length) - head;
  while (tail < most && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  const same = (text: string): Line => ({ mark: ' ', text });
  const middle = between(before.slice(head, before.length - tail), after.slice(head, after.length - tail));
  return [...before.slice(0, head).map(same), ...middle, ...before.slice(before.length - tail).map(same)];
}

/** By the longest common subsequence. */
function between(before: readonly string[], after: readonly string[]): Line[] {
  if (before.length * after.length > mostPairs) return replaced(before, after);
  const width = after.length + 1;
  const common = new Uint32Array((before.length + 1) * width);
  const at = (i: number, j: number): number => common[i * width + j] ?? 0;
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      common[i * width + j] = before[i] === after[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const lines: Line[] = [];
  let [i, j] = [0, 0];
  while (i < before.length && j < after.length) {
    if (before[i] === after[j]) {
      lines.push({ mark: ' ', text: before[i++] ?? '' });
      j++;
    } else if (at(i + 1, j) >= at(i, j + 1)) lines.push({ mark: '-', text: before[i++] ?? '' });
    else lines.push({ mark: '+', text: after[j++] ?? '' });
  }
  return [...lines, ...replaced(before.slice(i), after.slice(j))];
}

function replaced(before: readonly string[], after: readonly string[]): Line[] {
  return [...before.map((text): Line => ({ mark: '-', text })), ...after.map((text): Line => ({ mark: '+', text }))];
}
