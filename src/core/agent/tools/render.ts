/** How a tool's output reaches the model: facts first, then fenced untrusted text, bounded in size and line length. */
import type { MlInternError } from '../../errors';
import type { ToolOutput } from './tool';

/** Bytes-ish bound of one result; the full text goes to a file. */
export const resultLimit = 8_000;
const lineLimit = 2_000;

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
  const full = [JSON.stringify(output.facts), ...blocks].join('\n\n');
  if (full.length <= resultLimit && !hasLongLine(blocks)) return { content: full };
  const facts = JSON.stringify({ ...output.facts, cut: { chars: full.length, file } });
  return { content: clip(facts, blocks), full };
}

export function renderError(error: MlInternError): string {
  return JSON.stringify({ error: error.message, next: error.next, reason: error.reason });
}

/** A fence that the fenced text cannot close: its own closing tags are defused. */
function fence(source: string, text: string): string {
  const label = source.replace(/["<>\n]/g, ' ');
  return `<untrusted source="${label}">\n${text.replace(/<(\/?)untrusted/gi, '‹$1untrusted')}\n</untrusted>`;
}

function clip(facts: string, blocks: readonly string[]): string {
  const head = facts.length > resultLimit ? `${facts.slice(0, resultLimit)}…` : facts;
  const share = Math.max(200, Math.floor((resultLimit - head.length) / Math.max(1, blocks.length)));
  return [head, ...blocks.map((block) => clipBlock(block, share))].join('\n\n');
}

function clipBlock(block: string, limit: number): string {
  const lines = block
    .split('\n')
    .map((line) => (line.length > lineLimit ? `${line.slice(0, lineLimit)}… [line cut]` : line));
  const text = lines.join('\n');
  if (text.length <= limit) return text;
  const end = lines.at(-1) ?? '';
  return `${text.slice(0, limit)}\n… [cut]\n${end}`;
}

function hasLongLine(blocks: readonly string[]): boolean {
  return blocks.some((block) => block.split('\n').some((line) => line.length > lineLimit));
}
