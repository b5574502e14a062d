/** The numbers that a text names, so that a claimed number can be looked for in its quote. */
import { canonical } from './canonical';

const sizes: Record<string, number> = {
  k: 1e3,
  m: 1e6,
  b: 1e9,
  bn: 1e9,
  thousand: 1e3,
  million: 1e6,
  billion: 1e9,
  trillion: 1e12,
  t: 1e12,
};
const units =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  );
const tens = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');

/** The numbers of `claim` that `quote` does not hold; a share may be told in percent and the other way round. */
export function missingNumbers(claim: string, quote: string): string[] {
  const held = numbersIn(quote, true);
  return numbersIn(claim, false).flatMap(({ text, value, percent }) =>
    held.some((other) => same(value, other.value) || sameShare({ value, percent }, other)) ? [] : [text],
  );
}

interface Named {
  text: string;
  value: number;
  percent: boolean;
}

/** Digits inside a word (GSM8K, Qwen2) are part of a name. Words for numbers count in quotes only. */
function numbersIn(text: string, withWords: boolean): Named[] {
  const tokens = canonical(text).trim().split(' ');
  return tokens.flatMap((token, index) => {
    const next = tokens[index + 1] ?? '';
    const value = numberOf(token, next) ?? (withWords ? wordNumber(token) : undefined);
    return value === undefined ? [] : [{ text: token, value, percent: next === '%' || next === 'percent' }];
  });
}

function numberOf(token: string, next: string): number | undefined {
  const [, digits, suffix] = /^(\d+(?:\.\d+)?(?:e-?\d+)?)(k|m|b|bn|t)?$/.exec(token) ?? [];
  if (digits === undefined) return undefined;
  return Number(digits) * (sizes[suffix ?? ''] ?? (next.length > 2 ? (sizes[next] ?? 1) : 1));
}

/** `thirtytwo`, as the hyphen in a word is gone; larger numbers are written in digits. */
function wordNumber(word: string): number | undefined {
  const small = units.indexOf(word);
  if (small > 0) return small;
  const ten = tens.findIndex((name) => word.startsWith(name));
  if (ten < 0) return undefined;
  const rest = word.slice((tens[ten] ?? '').length);
  const unit = rest === '' ? 0 : units.indexOf(rest);
  return unit < 0 || unit > 9 ? undefined : (ten + 2) * 10 + unit;
}

function same(a: number, b: number): boolean {
  return a === b || Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));
}

function sameShare(a: Omit<Named, 'text'>, b: Omit<Named, 'text'>): boolean {
  if (a.percent === b.percent) return false;
  return a.percent ? same(a.value, b.value * 100) : same(a.value * 100, b.value);
}
