/** How a row of a dataset becomes a training row. `box/ml_intern_box/mapping.py` does the same on the box; one file of cases tests both. */
import { z } from 'zod';
import type { Row } from '../ports/rows';
import { choicesOf } from './mapping/choices';
import { conversation, turnsOf } from './mapping/conversation';
import type { MappingProblem } from './mapping/problems';
import { fill, onlyPlaceholder, valueAt } from './mapping/template';
import type { Message, Role, TrainingRow } from './mapping/training-row';
import { toolsOf } from './mapping/tool-calls';
import { Unmapped } from './mapping/unmapped';

/** Templates over columns: `Question: {question}`, nested `{messages.0.content}`, `{input?}` for a value that may be missing. */
const template = z.string();
const roleSchema = z.enum(['system', 'user', 'assistant', 'tool']) satisfies z.ZodType<Role>;

/** `tool-call`: the turn is a call by the assistant, written as JSON. */
const turnRoleSchema = z.enum(['system', 'user', 'assistant', 'tool', 'tool-call']);

const choicesSchema = z.strictObject({
  /** The column with the options (a list, ARC's `{text, label}`, JSON of either), or one column an option. */
  options: z.union([z.string(), z.array(z.string()).min(2)]),
  /** The column with the answer: an index, a letter or label, or an option's text. */
  answer: z.string(),
  /** The number of the first option where the answer is an index; 0 unless given. */
  first: z.union([z.literal(0), z.literal(1)]).optional(),
});

const templateMapping = z.strictObject({
  to: z.literal('prompt-completion').optional(),
  prompt: template,
  completion: template,
  /** Gives the templates `{$choices}` (lettered lines), `{$letter}` and `{$answer}` (the right option's text). */
  choices: choicesSchema.optional(),
});
const turnsMapping = z.strictObject({
  to: z.literal('messages'),
  /** The column or place of the list of turns. */
  turns: z.string(),
  /** Keys of a turn; without `role` the turns alternate and the user begins. */
  role: z.string().optional(),
  content: z.string().optional(),
  /** Role names of the dataset, in lower case. */
  roles: z.record(z.string(), turnRoleSchema).optional(),
  system: z.string().optional(),
  tools: z.string().optional(),
});
const messageTemplates = z.strictObject({
  to: z.literal('messages'),
  messages: z.array(z.strictObject({ role: roleSchema, content: template })).min(1),
  choices: choicesSchema.optional(),
});
const preferenceMapping = z.strictObject({
  to: z.literal('preference'),
  /** Null when both answers hold the whole conversation. */
  prompt: template.nullable(),
  chosen: template,
  rejected: template,
  roles: z.record(z.string(), turnRoleSchema).optional(),
});
const textMapping = z.strictObject({ to: z.literal('text'), text: template });

export const mappingSchema = z.union([templateMapping, turnsMapping, messageTemplates, preferenceMapping, textMapping]);
export type Mapping = z.infer<typeof mappingSchema>;
export type TurnsMapping = z.infer<typeof turnsMapping>;
export type PreferenceMapping = z.infer<typeof preferenceMapping>;

export type MappedRow = { row: TrainingRow } | { problem: MappingProblem };

export function applyMapping(row: Row, mapping: Mapping): MappedRow {
  try {
    return { row: mapped(row, mapping) };
  } catch (error) {
    if (error instanceof Unmapped) return { problem: error.problem };
    throw error;
  }
}

function mapped(row: Row, mapping: Mapping): TrainingRow {
  if (mapping.to === 'text') return { text: fill(mapping.text, row) };
  if (mapping.to === 'preference') return preference(row, mapping);
  if (mapping.to === 'messages') return 'turns' in mapping ? fromTurns(row, mapping) : fromTemplates(row, mapping);
  const values = withChoices(row, mapping.choices);
  return { prompt: fill(mapping.prompt, values), completion: fill(mapping.completion, values) };
}

function fromTurns(row: Row, mapping: TurnsMapping): TrainingRow {
  const messages = conversation(turnsOf(valueAt(row, mapping.turns)), mapping);
  const system = mapping.system === undefined ? undefined : valueAt(row, mapping.system);
  if (typeof system === 'string' && system.trim() !== '' && messages[0]?.role !== 'system') {
    messages.unshift({ role: 'system', content: system });
  }
  if (messages.at(-1)?.role !== 'assistant') throw new Unmapped('no-answer');
  const tools = mapping.tools === undefined ? [] : toolsOf(valueAt(row, mapping.tools));
  return tools.length === 0 ? { messages } : { messages, tools };
}

function fromTemplates(row: Row, mapping: z.infer<typeof messageTemplates>): TrainingRow {
  const values = withChoices(row, mapping.choices);
  const filled = mapping.messages.map(({ role, content }) => ({ role, content: fill(content, values) }));
  const messages = filled.filter(({ role, content }) => role !== 'system' || content.trim() !== '');
  if (messages.some(({ content }) => content.trim() === '')) throw new Unmapped('empty-turn');
  if (messages.at(-1)?.role !== 'assistant') throw new Unmapped('no-answer');
  return { messages };
}

function preference(row: Row, mapping: PreferenceMapping): TrainingRow {
  const side = (text: string): string | Message[] => {
    const name = onlyPlaceholder(text);
    const value = name === undefined ? undefined : valueAt(row, name);
    if (!Array.isArray(value) && !isPackedList(value)) return fill(text, row);
    const turns = turnsOf(value);
    return conversation(turns, { role: roleKey(turns), roles: mapping.roles });
  };
  const [chosen, rejected] = [side(mapping.chosen), side(mapping.rejected)];
  if (JSON.stringify(chosen) === JSON.stringify(rejected)) throw new Unmapped('same-answers');
  return mapping.prompt === null ? { chosen, rejected } : alike(side(mapping.prompt), chosen, rejected);
}

function isPackedList(value: unknown): value is string {
  return typeof value === 'string' && /^\s*\[\s*\{/.test(value);
}

/** All text or all messages, as trainers want it; answers that repeat the prompt, as many datasets have them, without it. */
function alike(prompt: string | Message[], chosen: string | Message[], rejected: string | Message[]): TrainingRow {
  if (![prompt, chosen, rejected].some((part) => Array.isArray(part))) return { prompt, chosen, rejected };
  const begin = messagesOf(prompt, 'user');
  const after = (side: string | Message[]) => {
    const turns = messagesOf(side, 'assistant');
    const repeats = begin.every((turn, at) => JSON.stringify(turn) === JSON.stringify(turns[at]));
    return repeats ? turns.slice(begin.length) : turns;
  };
  const ends = { chosen: after(chosen), rejected: after(rejected) };
  if (ends.chosen.length === 0 || ends.rejected.length === 0) throw new Unmapped('no-answer');
  return { prompt: begin, ...ends };
}

function messagesOf(side: string | Message[], role: Role): Message[] {
  return typeof side === 'string' ? [{ role, content: side }] : side;
}

/** Turns of both usual kinds occur in preference data: OpenAI's `role`, ShareGPT's `from`. */
function roleKey(turns: readonly unknown[]): string {
  const [first] = turns;
  return typeof first === 'object' && first !== null && 'from' in first ? 'from' : 'role';
}

function withChoices(row: Row, choices: z.infer<typeof choicesSchema> | undefined): Row {
  return choices === undefined ? row : { ...row, ...choicesOf(row, choices) };
}
