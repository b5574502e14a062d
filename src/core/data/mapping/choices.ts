/** Options and the right one among them, as templates use them. */
import type { Row } from '../../ports/rows';
import { unpacked } from './packed';
import { isEmpty, textOf, valueAt } from './template';
import { Unmapped } from './unmapped';

export interface ChoiceColumns {
  options: string | readonly string[];
  answer: string;
  first?: 0 | 1 | undefined;
}

interface Options {
  texts: string[];
  labels: string[];
}

export function choicesOf(row: Row, { options, answer, first = 0 }: ChoiceColumns): Row {
  const { texts, labels } = typeof options === 'string' ? read(valueAt(row, options)) : columns(row, options);
  const right = indexOf(valueAt(row, answer), texts, labels, first);
  return {
    $choices: texts.map((text, index) => `${letter(index)}. ${text}`).join('\n'),
    $letter: letter(right),
    $answer: texts[right],
  };
}

function columns(row: Row, names: readonly string[]): Options {
  return listed(names.map((name) => valueAt(row, name)));
}

function listed(values: readonly unknown[], labels?: readonly unknown[]): Options {
  if (values.length < 2 || values.some(isEmpty)) throw new Unmapped('missing');
  const texts = values.map(textOf);
  return {
    texts,
    labels: labels?.length === texts.length ? labels.map(textOf) : texts.map((_, index) => letter(index)),
  };
}

function read(value: unknown): Options {
  if (isEmpty(value)) throw new Unmapped('missing');
  const found = typeof value === 'string' ? unpacked(value) : value;
  if (Array.isArray(found))
    return listed(found.map(optionText), found.every(hasLabel) ? found.map(labelOf) : undefined);
  if (found === undefined || found === null || typeof found !== 'object') throw new Unmapped('unreadable');
  const { text, label } = found as Record<string, unknown>;
  if (Array.isArray(text)) return listed(text, Array.isArray(label) ? label : undefined);
  // {"A": "...", "B": "..."}
  return listed(Object.values(found), Object.keys(found));
}

function optionText(option: unknown): unknown {
  return option !== null && typeof option === 'object' && 'text' in option ? option.text : option;
}

function hasLabel(option: unknown): option is { label: unknown } {
  return option !== null && typeof option === 'object' && 'label' in option;
}

function labelOf(option: { label: unknown }): unknown {
  return option.label;
}

/** By label first: ARC's labels may be numbers. Then by index, by letter, by the option's own text. */
function indexOf(answer: unknown, texts: readonly string[], labels: readonly string[], first: number): number {
  if (isEmpty(answer)) throw new Unmapped('missing');
  const wanted = textOf(answer).trim();
  const plain = (text: string) => text.trim().toLowerCase();
  const found = [
    typeof answer === 'number' ? -1 : labels.findIndex((label) => label.trim() === wanted),
    /^\d+$/.test(wanted) ? Number(wanted) - first : -1,
    /^\(?[A-Za-z]\)?\.?$/.test(wanted) ? letters.indexOf(wanted.replace(/[^A-Za-z]/g, '').toUpperCase()) : -1,
    texts.findIndex((text) => plain(text) === plain(wanted)),
  ].find((index) => index >= 0 && index < texts.length);
  if (found === undefined) throw new Unmapped('unknown-answer');
  return found;
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

function letter(index: number): string {
  return letters[index] ?? String(index + 1);
}
