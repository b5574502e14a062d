/** Which written rows are good enough: form, length, no refusal, nothing said before. */
import type { WrittenRow } from './answers';
import type { SynthPlan } from './plan';
import { isRefusal } from './refusal';

export const rejections = [
  'malformed',
  'too-short',
  'too-long',
  'refusal',
  'duplicate',
  'unverified',
  'overlap',
] as const;
export type Rejection = (typeof rejections)[number];

const gramLength = 5;

/** Knows every row so far, those that exist already included. */
export class RowGate {
  private readonly seen = new Set<string>();
  private readonly rowsOf = new Map<string, number[]>();
  private readonly sizes: number[] = [];

  constructor(
    private readonly rules: SynthPlan['validation'],
    existing: readonly string[] = [],
  ) {
    for (const text of existing) this.remember(text);
  }

  /** The reason against a row; undefined takes it in. */
  refuse({ prompt, completion }: WrittenRow): Rejection | undefined {
    const length = prompt.length + completion.length;
    if (length < this.rules.minCharacters) return 'too-short';
    if (length > this.rules.maxCharacters) return 'too-long';
    if (!this.rules.keepRefusals && isRefusal(completion)) return 'refusal';
    // Two answers to one prompt would teach both: what is asked decides what is the same.
    if (this.isKnown(prompt)) return 'duplicate';
    this.remember(prompt);
    return undefined;
  }

  private isKnown(text: string): boolean {
    const tokens = wordsOf(text);
    if (this.seen.has(tokens.join(' '))) return true;
    const grams = gramsOf(tokens);
    const shared = new Map<number, number>();
    for (const gram of grams)
      for (const row of this.rowsOf.get(gram) ?? []) shared.set(row, (shared.get(row) ?? 0) + 1);
    return [...shared].some(([row, count]) => count / (grams.size + (this.sizes[row] ?? 0) - count) >= this.rules.near);
  }

  private remember(text: string): void {
    const tokens = wordsOf(text);
    this.seen.add(tokens.join(' '));
    const grams = gramsOf(tokens);
    const row = this.sizes.push(grams.size) - 1;
    for (const gram of grams) this.rowsOf.set(gram, [...(this.rowsOf.get(gram) ?? []), row]);
  }
}

function wordsOf(text: string): string[] {
  return (
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  );
}

/** Shorter texts have none: they are only ever the same as a whole. */
function gramsOf(tokens: readonly string[]): Set<string> {
  const last = tokens.length - gramLength;
  return new Set(Array.from({ length: Math.max(0, last + 1) }, (_, at) => tokens.slice(at, at + gramLength).join(' ')));
}

/** Whether two answers come to the same: by their last line "Answer: ...", else by their last number, else as a whole. */
export function sameAnswer(first: string, second: string): boolean {
  const [a, b] = [finalAnswer(first), finalAnswer(second)];
  if (a === '' || b === '') return false;
  if (a === b) return true;
  const [x, y] = [lastNumber(a), lastNumber(b)];
  if (x !== undefined && y !== undefined) return x === y;
  if (littleWord.test(b)) return a.endsWith(` ${b}`) || openingWord(first) === b;
  return b.split(' ').length <= 8 && ` ${a} `.includes(` ${b} `);
}

/** `no`, `yes`, a letter: they stand in texts that answer otherwise, so only their place makes them the answer. */
const littleWord = /^(?:\p{L}{1,3}|true|false)$/u;

/** The word that an answer begins with and that stands for itself: `No, because ...`. */
function openingWord(text: string): string | undefined {
  return /^\s*(\p{L}+)\s*(?:[,.;:!–—]|\n|$)/u.exec(text)?.[1]?.toLowerCase();
}

function finalAnswer(text: string): string {
  const named = [...text.matchAll(/(?:final answer|answer|antwort|réponse|respuesta)\s*(?:is|:|=)\s*(.+)/giu)].at(
    -1,
  )?.[1];
  return wordsWithNumbers(named ?? text);
}

function wordsWithNumbers(text: string): string {
  return (
    text
      .normalize('NFKC')
      .toLowerCase()
      .replace(/(\d),(?=\d{3}\b)/g, '$1')
      .match(/-?\d+(?:[.,]\d+)?|[\p{L}]+/gu)
      ?.join(' ') ?? ''
  );
}

function lastNumber(text: string): number | undefined {
  const found = text.match(/-?\d+(?:[.,]\d+)?/g)?.at(-1);
  return found === undefined ? undefined : Number(found.replace(',', '.'));
}
