/** A mapping as people and checks see it: its parts, and the columns it reads. */
import type { Mapping, TurnsMapping } from '../mapping';
import { columnsOf } from './template';

export interface MappingPart {
  label: string;
  /** Templates and names of columns, as written. */
  text: string;
}

export function mappingParts(mapping: Mapping): MappingPart[] {
  if (mapping.to === 'text') return [{ label: 'Text', text: mapping.text }];
  if (mapping.to === 'preference') {
    const { prompt, chosen, rejected } = mapping;
    return [
      ...(prompt === null ? [] : [{ label: 'Prompt', text: prompt }]),
      { label: 'Chosen', text: chosen },
      { label: 'Rejected', text: rejected },
    ];
  }
  if (mapping.to === 'messages') {
    return 'turns' in mapping
      ? turnsParts(mapping)
      : mapping.messages.map(({ role, content }) => ({ label: role, text: content }));
  }
  return [
    { label: 'Prompt', text: mapping.prompt },
    { label: 'Completion', text: mapping.completion },
  ];
}

function turnsParts({ turns, role, content, roles, system, tools }: TurnsMapping): MappingPart[] {
  const keys = role === undefined ? 'turns alternate, the user begins' : `${role}, ${content ?? 'content'}`;
  const names = Object.entries(roles ?? {}).map(([from, to]) => `${from} → ${to}`);
  return [
    { label: 'Conversation', text: `{${turns}} (${keys})` },
    ...(names.length === 0 ? [] : [{ label: 'Roles', text: names.join(', ') }]),
    ...(system === undefined ? [] : [{ label: 'System text', text: `{${system}}` }]),
    ...(tools === undefined ? [] : [{ label: 'Tools', text: `{${tools}}` }]),
  ];
}

/** Columns, or places in them, that it reads for what the model is asked; the answer's columns are not among them. */
export function promptColumns(mapping: Mapping): string[] {
  const names = (...templates: readonly string[]) => templates.flatMap(columnsOf).map(({ name }) => name);
  if (mapping.to === 'text') return names(mapping.text);
  if (mapping.to === 'preference') return names(mapping.prompt ?? mapping.chosen);
  const options = 'choices' in mapping ? [mapping.choices?.options ?? []].flat() : [];
  if (mapping.to !== 'messages') return [...names(mapping.prompt), ...options].filter((name) => name !== '$choices');
  if ('turns' in mapping) return [mapping.turns];
  return names(...mapping.messages.filter(({ role }) => role !== 'assistant').map(({ content }) => content));
}
