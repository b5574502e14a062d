/** Two answers, one of them better; or one answer with a thumb up or down. */
import { pair, type Candidate } from './candidate';
import { names, preferencePairs } from './names';
import { isTurn, texts, type Column, type Table } from './table';

const beginnings = [...names.prompt, 'messages', 'conversations', 'conversation', 'prompts', 'post'];

export function preference(table: Table): Candidate[] {
  const found = preferencePairs
    .map(([good, bad]) => [sideNamed(table, good), sideNamed(table, bad)] as const)
    .find(([good, bad]) => good !== undefined && bad !== undefined);
  if (found?.[0] === undefined || found[1] === undefined) return [...indexed(table), ...thumbs(table)];
  return [ofTwo(table, found[0], found[1])];
}

function sideNamed(table: Table, name: string): Column | undefined {
  return table.named([name], ['text', 'turns', 'object', 'number']);
}

function ofTwo(table: Table, chosen: Column, rejected: Column): Candidate {
  const prompt = table.named(beginnings, ['text', 'turns']);
  const whole = beginsWithPrompt(chosen, rejected);
  const doubt = (chosen.kind === 'number' ? 0.3 : 1) * (prompt === undefined && !whole ? 0.6 : 1);
  const needsPrompt = prompt !== undefined && !(whole && chosen.kind === 'turns');
  const problem = 'There is no prompt: neither a column of its own, nor a beginning that both answers have.';
  return {
    format: 'preference',
    mapping: {
      to: 'preference',
      prompt: needsPrompt ? asked(table, prompt) : null,
      chosen: placeholder(chosen),
      rejected: placeholder(rejected),
    },
    base: 0.98,
    doubt,
    problems: prompt === undefined && !whole ? [problem] : [],
  };
}

function asked(table: Table, prompt: Column): string {
  const system = prompt.kind === 'text' ? table.named(names.system, ['text']) : undefined;
  return system === undefined ? `{${prompt.name}}` : `{${system.name}?}\n{${prompt.name}}`;
}

/** One turn as an object is its text. */
function placeholder(column: Column): string {
  if (column.kind !== 'object') return `{${column.name}}`;
  const key = column.values.some((value) => isTurn(value) && 'value' in value) ? 'value' : 'content';
  return `{${column.name}.${key}}`;
}

/** Both sides hold the whole conversation. */
function beginsWithPrompt(chosen: Column, rejected: Column): boolean {
  if (chosen.kind === 'turns') return chosen.values.some((value) => Array.isArray(value) && value.length > 1);
  const [good, bad] = [texts(chosen), texts(rejected)];
  const alike = good.filter((text, at) => common(text, bad[at] ?? '') > 15 && /\n\n(Human|Assistant):/.test(text));
  return alike.length > 0 && alike.length >= good.length / 2;
}

function common(a: string, b: string): number {
  let at = 0;
  while (at < Math.min(a.length, b.length, 200) && a[at] === b[at]) at++;
  return at;
}

/** Two answers and a column that says which is better. */
function indexed(table: Table): Candidate[] {
  const answers = table.columns.filter(({ plain }) =>
    /^(response|answer|output|conversation|completion)_?[ab01]$/.test(plain),
  );
  const verdict = table.columns.find(({ plain }) =>
    /^(winner|preference|preferred|better_response_id|choice|label|overall_preference|winner_model_a)$/.test(plain),
  );
  if (answers.length < 2 || verdict === undefined) return [];
  const problem = `${verdict.name} says which of ${answers.map(({ name }) => name).join(' and ')} is better: no mapping can choose by it; write chosen and rejected columns first.`;
  return [{ format: 'preference', mapping: null, base: 0.7, problems: [problem] }];
}

function thumbs(table: Table): Candidate[] {
  const [prompt, answer] = [
    table.named(['prompt', 'question', 'instruction', 'input'], ['text', 'turns']),
    table.named(['completion', 'response', 'output', 'answer'], ['text', 'turns']),
  ];
  const label = table.named(['label', 'is_good', 'thumbs_up', 'desirable', 'feedback', 'is_preferred'], ['boolean']);
  if (prompt === undefined || answer === undefined || label === undefined) return [];
  const problem = `Each answer has a thumb up or down (${label.name}), as KTO takes them, not pairs: to train on the good ones only, keep ${label.name} = true with a filter.`;
  return [
    {
      ...{ format: 'kto', mapping: null, base: 0.95, problems: [problem] },
      alternatives: [pair(`{${prompt.name}}\n`, `{${answer.name}}`)],
    },
  ];
}
