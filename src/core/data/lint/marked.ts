/** A rendered row as plain text: what is trained on stands between ⟦ and ⟧. */
import type { Span } from './render';

export function marked(spans: readonly Span[]): string {
  return spans.map(({ text, trained }) => (trained ? `⟦${text}⟧` : text)).join('');
}
