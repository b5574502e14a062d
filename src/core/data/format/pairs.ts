/** A prompt and what answers it, in two columns. */
import { pair, type Candidate } from './candidate';
import { names } from './names';
import { isLabel, texts, type Column, type Table } from './table';

export function alpaca(table: Table): Candidate[] {
  const instruction = table.named(names.instruction, ['text']);
  const output = table.named(names.output, ['text', 'number']);
  if (instruction === undefined || output === undefined) return [];
  const input = table.has(names.input);
  const system = table.named(names.system, ['text']);
  const prompt = [system, instruction, ...(input === undefined ? [] : [input])]
    .flatMap((column) =>
      column === undefined ? [] : [column === instruction ? `{${column.name}}\n` : `{${column.name}?}\n`],
    )
    .join('');
  return [{ format: 'alpaca', mapping: pair(prompt, `{${output.name}}`), base: 0.97 }];
}

export function promptCompletion(table: Table): Candidate[] {
  const completion = table.named(names.completion, ['text', 'number']);
  const prompt = table.named(
    names.prompt.filter((name) => name !== completion?.plain),
    ['text', 'number'],
  );
  if (prompt === undefined || completion === undefined) return lists(table);
  const isReady = prompt.plain === 'prompt' && completion.plain === 'completion';
  const system = table.named(names.system, ['text']);
  const before = system === undefined ? '' : `{${system.name}?}\n`;
  // Columns of those names hold their own separators; others would run together.
  const mapping = pair(`${before}${isReady ? `{${prompt.name}}` : `{${prompt.name}}\n`}`, `{${completion.name}}`);
  const doubts = doubtsOf(prompt, completion);
  const doubt = doubts.length === 0 ? 1 : isNumeric(prompt) || prompt.kind === 'number' ? 0.15 : 0.35;
  return [{ format: 'prompt-completion', mapping, base: 0.93, doubt, problems: doubts }];
}

function doubtsOf(prompt: Column, completion: Column): string[] {
  const both = `${prompt.name} and ${completion.name}`;
  if (prompt.kind === 'number' || isNumeric(prompt)) return [`${prompt.name} holds numbers, not requests.`];
  if (isCode(prompt) && (isCode(completion) || isNumeric(completion)))
    return [`${both} hold programs or their data, not a request and an answer.`];
  if (prompt.plain === 'context' || prompt.plain === 'source' || prompt.plain === 'message')
    return isLabel(completion) && completion.filled > 4 ? [`${completion.name} holds a few classes, not answers.`] : [];
  return [];
}

function isNumeric(column: Column): boolean {
  const values = texts(column);
  return values.length > 0 && most(values, (text) => /^[-\d\s.,;[\]()eE+]+$/.test(text.slice(0, 500)));
}

function isCode(column: Column): boolean {
  return most(texts(column), (text) =>
    /(^|\n)\s*(def |class |import |from \w+ import|#include|public |function |const |let |var |SELECT |return |int main)|[;{}]\s*(\n|$)/.test(
      text.slice(0, 2000),
    ),
  );
}

function most(values: readonly string[], is: (text: string) => boolean): boolean {
  return values.length > 0 && values.filter(is).length >= values.length * 0.8;
}

/** Both as lists of messages, as trainers take them: the mapping has no way to join two lists. */
function lists(table: Table): Candidate[] {
  const [prompt, completion] = [
    table.named(['prompt'], ['turns']),
    table.named(['completion', 'response', 'answer', 'reference', 'solution'], ['turns', 'text']),
  ];
  if (prompt === undefined || completion === undefined) return [];
  const problem = `${prompt.name} is a list of messages and ${completion.name} stands beside it: write both into one list first.`;
  return [{ format: 'prompt-completion', mapping: null, base: 0.9, problems: [problem] }];
}
