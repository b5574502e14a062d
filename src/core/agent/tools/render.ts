/** How a tool's output reaches the model: facts first, then fenced untrusted text, bounded in size and line length. */
import type { MlInternError } from '../../errors';
import { onlySeen, seenLine } from '../../text/unseen';
import type { ToolOutput } from './tool';

/** Bytes-ish bound of one result; the full text goes to a file. */
export const resultLimit = 8_000;
const lineLimit = 2_000;
const longestLabel = 200;
/** Blocks that would get less room than this are left out. */
const smallestBlock = 400;

export interface Rendered {
  content: string;
  /** The uncut text, when `content` was cut. */
  full?: string;
}

export function renderOutput(output: ToolOutput, file: string): Rendered {
  const blocks = [
    ...(output.script === undefined ? [] : [`<script>\n${output.script}\n</script>`]),
    ...(output.untrusted ?? []).map(({ source, text }) => fence(source, text)),
  ];
  const facts = seenFacts(output.facts) as Record<string, unknown>;
  const full = [JSON.stringify(facts), ...blocks].join('\n\n');
  if (full.length <= resultLimit && !hasLongLine(blocks)) return { content: full };
  return { content: clip(cutFacts(facts, { chars: full.length, file }), blocks), full };
}

export function renderError(error: MlInternError): string {
  const { message, next, reason } = error;
  return JSON.stringify(seenFacts({ error: cutText(message, lineLimit), next: cutText(next, lineLimit), reason }));
}

/** A fence that the fenced text cannot close, with nothing inside that a reader of the log would not see. */
function fence(source: string, text: string): string {
  const { text: seen, removed } = onlySeen(text);
  const label = cutText(defused(seenLine(source).replace(/["<>]/g, ' ')), longestLabel);
  const hidden = removed === 0 ? '' : ` (${removed} invisible characters taken out)`;
  return `<untrusted source="${label}${hidden}">\n${defused(seen)}\n</untrusted>`;
}

/** Names and titles in the facts come from outside as well: they may be odd, but not hide or pretend anything. */
function seenFacts(value: unknown): unknown {
  if (typeof value === 'string') return defused(onlySeen(value).text);
  if (Array.isArray(value)) return value.map(seenFacts);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [defused(onlySeen(key).text), seenFacts(inner)]),
  );
}

/** Our own tags, however they are spaced, and the marks of chat templates, which a server's tokenizer would take for the real ones. */
const ownTags = /[<＜﹤](\s*[/／]?\s*(?:untrusted|script)(?![\p{L}\p{N}-]))/giu;
const chatMarks =
  /[<＜](?=[|｜][^\n<>]{1,60}[|｜]\s*>|\/?s>|(?:start|end)_of_turn>|\/?(?:tool_call|tool_response|tool_calls|function_calls|function_results|system|assistant)>|<\/?SYS>>)/giu;

function defused(text: string): string {
  return text
    .replace(ownTags, '‹$1')
    .replace(chatMarks, '‹')
    .replace(/\[(\/?(?:INST|TOOL_CALLS|TOOL_RESULTS|AVAILABLE_TOOLS|SYSTEM_PROMPT))\]/gi, '⟦$1⟧');
}

/** One JSON object in any case: facts that do not fit are given as the beginning of their text. */
function cutFacts(facts: Record<string, unknown>, cut: { chars: number; file: string }): string {
  const whole = JSON.stringify({ ...facts, cut });
  return whole.length <= resultLimit
    ? whole
    : JSON.stringify({ cut, beginning: cutText(JSON.stringify(facts), resultLimit / 4) });
}

function clip(facts: string, blocks: readonly string[]): string {
  const room = Math.max(0, resultLimit - facts.length);
  const shown = blocks.slice(0, Math.floor(room / smallestBlock));
  const share = Math.floor(room / Math.max(1, shown.length));
  return [facts, ...shown.map((block) => clipBlock(block, share))].join('\n\n');
}

function clipBlock(block: string, limit: number): string {
  const lines = block
    .split('\n')
    .map((line) => (line.length > lineLimit ? `${cutText(line, lineLimit)} [line cut]` : line));
  const text = lines.join('\n');
  if (text.length <= limit) return text;
  const end = lines.at(-1) ?? '';
  return `${cutText(text, limit - end.length - 10)}\n… [cut]\n${end}`;
}

/** Never between the halves of a character: servers refuse text with one half. */
function cutText(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit).replace(/[\ud800-\udbff]$/, '')}…`;
}

function hasLongLine(blocks: readonly string[]): boolean {
  return blocks.some((block) => block.split('\n').some((line) => line.length > lineLimit));
}
