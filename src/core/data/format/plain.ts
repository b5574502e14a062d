/** Running text, and what looks like training data but is not. */
import type { Mapping } from '../mapping';
import { pair, type Candidate } from './candidate';
import { names } from './names';
import { isLabel, meanLength, texts, type Column, type Table } from './table';

export function plainText(table: Table): Candidate[] {
  const filled = table.columns.filter(({ kind }) => kind !== undefined);
  const named = table.named(names.text, ['text']);
  const column = named ?? (filled.length === 1 && filled[0]?.kind === 'text' ? filled[0] : undefined);
  if (column === undefined || classes(table, column) !== undefined || isAddress(column)) return [];
  return [
    {
      format: 'text',
      mapping: { to: 'text', text: `{${column.name}}` },
      base: named === undefined ? 0.7 : 0.85,
      problems: rendered(column),
    },
  ];
}

/** Conversations that were already written out with some model's marks. */
function rendered(column: Column): string[] {
  const marks =
    /<\|im_start\|>|<\|start_header_id\|>|\[INST\]|<start_of_turn>|### ?(Human|Instruction|Response|Assistant):|\n\n(Human|Assistant):/;
  const found = texts(column).filter((text) => marks.test(text.slice(0, 20_000))).length;
  if (found < column.filled / 2 || found === 0) return [];
  return [
    `${column.name} holds conversations written out with marks of a chat template: another model's template does not fit them.`,
  ];
}

/** Why nothing else fits, and what could be made of it all the same. */
export function explained(table: Table): { problems: string[]; alternatives: Mapping[] } {
  const text = table.named(
    [...names.text, 'sentence', 'review', 'tweet', 'comment', 'title', 'headline', 'sentence1', 'premise'],
    ['text'],
  );
  const label = text === undefined ? undefined : classes(table, text);
  if (text !== undefined && label !== undefined) {
    const problem = `${text.name} with ${label.name} is data to classify: say in a mapping what is asked and what each class is called.`;
    return { problems: [problem], alternatives: [pair(`{${text.name}}\n`, `{${label.name}}`)] };
  }
  return (
    translation(table) ?? {
      problems: ['The columns and cells follow no usual shape of training data.'],
      alternatives: longest(table),
    }
  );
}

function classes(table: Table, text: Column): Column | undefined {
  const found = table.columns.filter(
    ({ plain, kind }) => (names.label as readonly string[]).includes(plain) && kind !== undefined,
  );
  return found.find(
    (column) => column !== text && column.plain !== 'score' && (column.kind === 'number' || isLabel(column)),
  );
}

function translation(table: Table): { problems: string[]; alternatives: Mapping[] } | undefined {
  for (const { name, kind, values } of table.columns) {
    const [first] = values;
    if (kind !== 'object' || first === null || typeof first !== 'object') continue;
    const [from, to] = Object.keys(first);
    if (
      from === undefined ||
      to === undefined ||
      !Object.keys(first).every((key) => /^[a-z]{2,3}([_-]\w+)?$/i.test(key))
    )
      continue;
    const problem = `${name} holds translations (${from}, ${to}): say in a mapping which way to translate, and how it is asked.`;
    return {
      problems: [problem],
      alternatives: [pair(`{${name}.${from}}\n`, `{${name}.${to}}`), pair(`{${name}.${to}}\n`, `{${name}.${from}}`)],
    };
  }
  return undefined;
}

function longest(table: Table): Mapping[] {
  const [most] = table.columns
    .filter((column) => column.kind === 'text' && !isAddress(column))
    .sort((a, b) => meanLength(b) - meanLength(a));
  return most !== undefined && meanLength(most) > 200 ? [{ to: 'text', text: `{${most.name}}` }] : [];
}

function isAddress(column: Column): boolean {
  const values = texts(column);
  return (
    values.length > 0 &&
    values.every((text) => /^(https?:\/\/|\/|[\w./-]+\.(jpe?g|png|gif|wav|mp3|mp4)$|[0-9a-f-]{16,}$)\S*$/i.test(text))
  );
}
