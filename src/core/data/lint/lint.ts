/** What a person should know before a model is trained on rows as its chat template renders them. */
import type { ChatTemplate } from '../../ports/chat-template';
import type { TrainingRow } from '../mapping/training-row';
import type { TokenCounter } from '../tokens';
import { renderRow, type Rendered } from './render';

export type LintRule =
  | 'template-raises'
  | 'nothing-trained'
  | 'no-eos'
  | 'doubled-bos'
  | 'empty-turn'
  | 'turn-dropped'
  | 'system-dropped'
  | 'thinking-dropped'
  | 'tools-dropped'
  | 'turns-rewritten'
  | 'mark-in-text'
  | 'would-be-cut';

export interface LintFinding {
  rule: LintRule;
  message: string;
  /** Zero-based. */
  row: number;
}

export interface LintOptions {
  template: ChatTemplate;
  tokens: TokenCounter;
  maxTokens: number;
}

export interface Linted {
  rendered: Rendered[];
  findings: LintFinding[];
}

type Check = (rendered: Rendered, row: TrainingRow, options: LintOptions) => [LintRule, string][];

export function lintRow(row: TrainingRow, index: number, options: LintOptions): Linted {
  const rendered = tryRender(row, options.template);
  if (typeof rendered === 'string') {
    const message = `The chat template refuses it: ${rendered}`;
    return { rendered: [], findings: [{ rule: 'template-raises', message, row: index }] };
  }
  const found = rendered.flatMap((each) => checks.flatMap((check) => check(each, row, options)));
  const once = new Map(found.map(([rule, message]) => [`${rule} ${message}`, { rule, message, row: index }]));
  return { rendered, findings: [...once.values()] };
}

function tryRender(row: TrainingRow, template: ChatTemplate): Rendered[] | string {
  try {
    return renderRow(row, template);
  } catch (error) {
    return (error as Error).message;
  }
}

const checks: readonly Check[] = [trainedText, beginning, emptyTurns, dropped, thinking, tools, marks, length];

function trainedText(
  { spans, rewritten }: Rendered,
  _: TrainingRow,
  { template: { eos } }: LintOptions,
): ReturnType<Check> {
  if (rewritten)
    return [
      [
        'turns-rewritten',
        'The template writes earlier turns anew once more follow, or adds to them: their masks cannot be told.',
      ],
    ];
  const last = spans.filter(({ trained }) => trained).at(-1)?.text;
  if (last === undefined) return [['nothing-trained', 'No part of it is trained on.']];
  if (eos === null || last.trimEnd().endsWith(eos)) return [];
  return [
    [
      'no-eos',
      `What is trained on ends with ${JSON.stringify(last.slice(-12))}, without ${eos}: the model would only stop where generation is told of that mark.`,
    ],
  ];
}

/** `addsBos` puts one before a text that has one already. */
function beginning(
  { text, messages }: Rendered,
  _: TrainingRow,
  { template: { bos, addsBos } }: LintOptions,
): ReturnType<Check> {
  if (bos === null || bos === '') return [];
  const begins = text.startsWith(bos) ? (text.startsWith(bos, bos.length) ? 2 : 1) : 0;
  const isDoubled = begins === 2 || (begins === 1 && addsBos && messages.length > 0);
  if (!isDoubled) return [];
  const how = begins === 2 ? 'The text begins with it twice.' : 'Tokenize the rendered text without special tokens.';
  return [['doubled-bos', `The template and the tokenizer both put ${bos} first. ${how}`]];
}

function emptyTurns({ messages }: Rendered): ReturnType<Check> {
  const empty = messages.findIndex(({ content, tool_calls }) => content.trim() === '' && tool_calls === undefined);
  return empty === -1 ? [] : [['empty-turn', `Turn ${empty} (${messages[empty]?.role}) says nothing.`]];
}

function dropped({ text, messages }: Rendered): ReturnType<Check> {
  return messages.flatMap(({ role, content }, at): [LintRule, string][] => {
    const said = content.replace(/<think>[^]*?<\/think>/g, '').trim();
    if (said === '' || text.includes(said)) return [];
    if (role === 'system') return [['system-dropped', 'The template leaves the system text out.']];
    return [['turn-dropped', `The template leaves out or changes turn ${at} (${role}).`]];
  });
}

function thinking({ text, messages }: Rendered): ReturnType<Check> {
  const thoughts = messages.flatMap(({ content, reasoning_content: beside, thinking: other }) => [
    ...[...content.matchAll(/<think>([^]*?)<\/think>/g)].map(([, thought = '']) => thought.trim()),
    ...[beside, other].filter((each) => typeof each === 'string').map((each) => each.trim()),
  ]);
  const lost = thoughts.filter((thought) => thought !== '' && !text.includes(thought)).length;
  return lost === 0
    ? []
    : [['thinking-dropped', 'The template leaves out reasoning of the assistant: it would not be trained on.']];
}

function tools({ text }: Rendered, row: TrainingRow): ReturnType<Check> {
  const offered = 'tools' in row ? (row.tools ?? []) : [];
  const named = offered.map((tool) => ((tool as { function?: { name?: unknown } }).function ?? {}).name);
  const lost = named.filter((name) => typeof name === 'string' && !text.includes(name));
  const called =
    'messages' in row ? row.messages.flatMap(({ tool_calls: calls }) => (Array.isArray(calls) ? calls : [])) : [];
  const unseen = called.filter((call) => !text.includes((call as { function: { name: string } }).function.name));
  return [
    ...(lost.length === 0
      ? []
      : ([['tools-dropped', 'The template leaves out the tools that the row offers.']] as ReturnType<Check>)),
    ...(unseen.length === 0
      ? []
      : ([['tools-dropped', 'The template leaves out calls of tools.']] as ReturnType<Check>)),
  ];
}

function marks(_: Rendered, row: TrainingRow, { template: { bos, eos } }: LintOptions): ReturnType<Check> {
  const said = textsOf(row);
  const known = [bos, eos, '<|im_start|>', '<|im_end|>', '<|eot_id|>', '<start_of_turn>', '<|start_header_id|>'];
  const found = known.find((mark) => mark !== null && mark !== '' && said.some((text) => text.includes(mark)));
  return found === undefined ? [] : [['mark-in-text', `The data itself holds ${found}, a mark of a template.`]];
}

function textsOf(row: TrainingRow): string[] {
  if ('messages' in row) return row.messages.map(({ content }) => content);
  return Object.values(row).filter((value) => typeof value === 'string');
}

function length({ text }: Rendered, _: TrainingRow, { tokens, maxTokens }: LintOptions): ReturnType<Check> {
  const count = tokens.count(text);
  if (count <= maxTokens) return [];
  const about = tokens.estimated ? 'about ' : '';
  return [['would-be-cut', `It has ${about}${count} tokens and would be cut at ${maxTokens}.`]];
}
