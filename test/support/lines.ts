// Output of several tools at once, line by line, each line with the name of whoever said it.

export type Say = (line: string) => void;

export const sayAs =
  (name: string): Say =>
  (line) =>
    console.log(`${name.padEnd(8)} | ${line}`);

/** Cuts text that comes in pieces into lines; `end` says what had no line end. */
export function linesTo(say: Say): { take: (text: string) => void; end: () => void } {
  let rest = '';
  return {
    take: (text) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      lines.forEach(say);
    },
    end: () => {
      if (rest !== '') say(rest);
    },
  };
}
