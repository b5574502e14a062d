/** arXiv's search language: `ti:`, `au:`, `abs:`, `all:`, `cat:` terms and "phrases", ranges of days, AND, OR, ANDNOT and parentheses. */
import type { WorldPaper } from './content';

type Match = (paper: WorldPaper) => boolean;

export function parseQuery(query: string): Match {
  const tokens = query.match(/\(|\)|[a-z]+:\[[^\]]*\]|(?:[a-z]+:)?"[^"]*"|[^\s()]+/gi) ?? [];
  const [match] = alternatives(tokens, 0);
  return match;
}

/** Operators bind from left to right, as on arXiv; two terms side by side mean OR. */
function alternatives(tokens: readonly string[], from: number): [Match, number] {
  let [match, at] = term(tokens, from);
  while (at < tokens.length && tokens[at] !== ')') {
    const operator = /^(AND|OR|ANDNOT)$/.test(tokens[at] ?? '') ? tokens[at] : 'OR';
    const [right, next] = term(tokens, operator === tokens[at] ? at + 1 : at);
    match = combine(operator ?? 'OR', match, right);
    at = next;
  }
  return [match, at];
}

function combine(operator: string, left: Match, right: Match): Match {
  if (operator === 'AND') return (paper) => left(paper) && right(paper);
  if (operator === 'ANDNOT') return (paper) => left(paper) && !right(paper);
  return (paper) => left(paper) || right(paper);
}

function term(tokens: readonly string[], at: number): [Match, number] {
  const token = tokens[at] ?? '';
  if (token === '(') {
    const [match, end] = alternatives(tokens, at + 1);
    return [match, end + 1];
  }
  const range = /^submittedDate:\[(\d{8})\d* TO (\d{8})\d*\]$/i.exec(token);
  if (range !== null) return [({ published }) => isBetween(published, range[1] ?? '', range[2] ?? ''), at + 1];
  const [, field = 'all', words = ''] = /^(?:([a-z]+):)?(.*)$/s.exec(token) ?? [];
  const wanted = words.replaceAll('"', '').replace(/\.\*$/, '.').toLowerCase();
  return [(paper) => fieldText(paper, field).toLowerCase().includes(wanted), at + 1];
}

function isBetween(published: string, since: string, until: string): boolean {
  const day = published.slice(0, 10).replaceAll('-', '');
  return day >= since && day <= until;
}

/** Every paper of the world is in this one. */
export const worldCategory = 'cs.LG';

function fieldText(paper: WorldPaper, field: string): string {
  if (field === 'ti') return paper.title;
  if (field === 'au') return paper.authors.join(' ');
  if (field === 'cat') return worldCategory;
  if (field === 'abs') return paper.abstract;
  return [paper.title, paper.abstract, ...paper.authors].join(' ');
}
