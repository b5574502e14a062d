/** Reading a tool's answer: the first line is JSON, then come fenced blocks of untrusted text. Any of it may be cut or cleared. */

export type Facts = Record<string, unknown>;

export interface ToolAnswer {
  /** False when the answer was cleared from the conversation or is not in the tools' shape. */
  readable: boolean;
  facts: Facts;
  error: { message: string; next: string } | null;
  /** The text below the facts. */
  body: string;
  blocks: { source: string; text: string }[];
}

export function readAnswer(content: string): ToolAnswer {
  const end = content.indexOf('\n');
  const first = end < 0 ? content : content.slice(0, end);
  const body = end < 0 ? '' : content.slice(end + 1);
  const facts = parseObject(first);
  if (!facts) return unreadable(content);
  const error = typeof facts.error === 'string' ? { message: facts.error, next: text(facts.next) ?? '' } : null;
  return { readable: true, facts, error, body, blocks: readBlocks(body) };
}

/** An answer that is no JSON: an error of the tool layer (wrong arguments, unknown tool), or a cleared one. */
function unreadable(content: string): ToolAnswer {
  const error = /^\s*error\b/i.test(content) ? { message: content.trim().slice(0, 300), next: '' } : null;
  return { readable: error !== null, facts: {}, error, body: '', blocks: [] };
}

function readBlocks(body: string): { source: string; text: string }[] {
  // The closing tag may have been cut off.
  const fence = /<untrusted source="([^"\n]*)">\n?([\s\S]*?)(?:\n?<\/untrusted>|$)/g;
  return [...body.matchAll(fence)].map((match) => ({ source: match[1] ?? '', text: match[2] ?? '' }));
}

export function parseObject(json: string): Facts | null {
  try {
    return record(JSON.parse(json));
  } catch {
    // Not JSON: the caller decides what that means.
    return null;
  }
}

export function record(value: unknown): Facts | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Facts) : null;
}

export function records(value: unknown): Facts[] {
  return Array.isArray(value) ? value.map(record).filter((item) => item !== null) : [];
}

export function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

export function number(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
