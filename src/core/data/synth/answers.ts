/** Reads rows out of what a teacher said: JSON lines, a list, an object with a list, fenced or not. */
import { parseJson } from '../../json';

export interface WrittenRow {
  prompt: string;
  completion: string;
}

export interface ReadAnswer {
  rows: WrittenRow[];
  /** Pieces that look like rows and are none. */
  malformed: number;
}

export function readAnswer(text: string): ReadAnswer {
  const inside = unfenced(text);
  const whole = parseJson(inside);
  const found = whole === undefined ? lines(inside) : listIn(whole);
  const rows = found.flatMap((value) => rowOf(value) ?? []);
  const nothing = found.length === 0 && text.trim() !== '' ? 1 : 0;
  return { rows, malformed: found.length - rows.length + nothing };
}

/** The content of the fences, where there are any; a fence that was cut off counts to the end. */
function unfenced(text: string): string {
  const withoutThought = text.replace(/<think>[\s\S]*?<\/think>/g, '');
  const fences = [...withoutThought.matchAll(/```[a-z]*\s*\n([\s\S]*?)(?:```|$)/gi)].map(([, inside]) => inside ?? '');
  return (fences.length === 0 ? withoutThought : fences.join('\n')).trim();
}

function lines(text: string): unknown[] {
  return text
    .split('\n')
    .map((line) =>
      line
        .trim()
        .replace(/^[-*\d.)\s]*(?=\{)/, '')
        .replace(/,$/, ''),
    )
    .filter((line) => line.startsWith('{'))
    .map((line) => parseJson(line) ?? null);
}

function listIn(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  if (value === null || typeof value !== 'object') return [];
  const lists = Object.values(value).filter(Array.isArray);
  return rowOf(value) === undefined && lists.length === 1 ? (lists[0] as unknown[]) : [value];
}

function rowOf(value: unknown): WrittenRow | undefined {
  if (value === null || typeof value !== 'object') return undefined;
  const { prompt, completion } = value as Record<string, unknown>;
  if (typeof prompt !== 'string' || typeof completion !== 'string') return undefined;
  return prompt.trim() === '' || completion.trim() === '' ? undefined : { prompt, completion };
}
