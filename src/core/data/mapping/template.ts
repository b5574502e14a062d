/** Fills templates over a row's columns. */
import type { Row } from '../../ports/rows';
import { Unmapped } from './unmapped';

const placeholders = /\{([^{}]+)\}/g;

/** A column, or a place inside a nested one: `messages.0.content`. Undefined when it is not there. */
export function valueAt(row: Row, name: string): unknown {
  if (Object.hasOwn(row, name)) return row[name];
  let value: unknown = row;
  for (const part of name.split('.')) {
    if (value === null || typeof value !== 'object') return undefined;
    if (Array.isArray(value) ? !/^\d+$/.test(part) : !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<string, unknown>)[part];
  }
  return value;
}

/** The columns that a template asks for; `optional` ones may be empty. */
export function columnsOf(template: string): { name: string; optional: boolean }[] {
  return [...template.matchAll(placeholders)].map(([, name = '']) => ({
    name: name.replace(/\?$/, ''),
    optional: name.endsWith('?'),
  }));
}

/** The name of the one placeholder that the template is made of. */
export function onlyPlaceholder(template: string): string | undefined {
  const found = /^\{([^{}]+)\}$/.exec(template.trim())?.[1];
  return found?.replace(/\?$/, '');
}

/** A line of nothing but a placeholder that may be missing goes with it. */
export function fill(template: string, row: Row): string {
  const lines = template.replace(/(^|\n)\{([^{}]+)\?\}(\n|$)/g, (line, before: string, name: string, after: string) =>
    isEmpty(valueAt(row, name)) ? (before === '' || after === '' ? '' : before) : line,
  );
  return lines.replace(placeholders, (_, name: string) => {
    const optional = name.endsWith('?');
    const value = valueAt(row, optional ? name.slice(0, -1) : name);
    if (!isEmpty(value)) return textOf(value);
    if (optional) return '';
    throw new Unmapped('missing');
  });
}

export function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || textOf(value).trim() === '';
}

/** Text as it stands, anything else as JSON. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value, (_, each: unknown) => plain(each));
}

function plain(value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value;
}
