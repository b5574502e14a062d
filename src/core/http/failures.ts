/** What a failed answer said, in a few words a person can read. Bodies vary: JSON of several shapes, text, or a proxy's HTML. */
import { parseJson } from '../json';

export async function saidBy(response: Response): Promise<string> {
  const body = (await response.text()).trim();
  const words = fromJson(body) ?? (body.startsWith('<') ? '' : body);
  const short = words.replace(/\s+/g, ' ').slice(0, 200);
  return short === '' ? `HTTP ${response.status}` : `HTTP ${response.status}, "${short}"`;
}

function fromJson(body: string): string | undefined {
  const value = parseJson(body);
  if (value === null || typeof value !== 'object') return undefined;
  const { error, message, detail } = value as Record<string, unknown>;
  const words = [error, message, detail].find((part) => part !== undefined);
  if (typeof words === 'string') return words;
  const nested = (words as { message?: unknown } | null | undefined)?.message;
  return typeof nested === 'string' ? nested : JSON.stringify(words ?? value);
}
