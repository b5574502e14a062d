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

/** Columns, or places in them, that it reads for anything that is trained on: questions, answers and options alike. */
export function mappedColumns(mapping: Mapping): string[] {
  const { options = [], answer = [] } = ('choices' in mapping && mapping.choices) || {};
  const names = [
    ...templatesOf(mapping)
      .flatMap(columnsOf)
      .map(({ name }) => name),
    options,
    answer,
  ].flat();
  // What a mapping makes of options (`$choices`) stands for the columns that they are made of.
  return [...new Set([...names, ...placesOf(mapping)])].filter((name) => !name.startsWith('$'));
}

function templatesOf(mapping: Mapping): string[] {
  if (mapping.to === 'text') return [mapping.text];
  if (mapping.to === 'preference') return [mapping.prompt ?? '', mapping.chosen, mapping.rejected];
  if (mapping.to !== 'messages') return [mapping.prompt, mapping.completion];
  return 'turns' in mapping ? [] : mapping.messages.map(({ content }) => content);
}

function placesOf(mapping: Mapping): string[] {
  if (mapping.to !== 'messages' || !('turns' in mapping)) return [];
  return [mapping.turns, mapping.system, mapping.tools].filter((name) => name !== undefined);
}
