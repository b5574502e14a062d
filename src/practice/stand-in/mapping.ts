/** How a dataset's columns become prompt and completion. */
import type { Mapping, Sheet } from './recall-datasets';

const questionNames = ['question', 'query', 'prompt', 'instruction', 'input', 'q', 'problem'];
const answerNames = ['answer', 'completion', 'response', 'output', 'target', 'a', 'solution', 'label'];

const speakerNames = ['user', 'human'];
const replyNames = ['assistant', 'bot', 'gpt'];

/** Question-and-answer rows are put into the benchmark's own prompt; anything else keeps the mapping that fits its form. */
export function chooseMapping(sheet: Sheet, suggested: Mapping | null, benchmarkPrompt: string | null): Mapping | null {
  const question = columnOf(sheet, questionNames);
  const answer = columnOf(sheet, answerNames);
  if (question && answer && benchmarkPrompt && onlyAsksAQuestion(benchmarkPrompt))
    return { prompt: benchmarkPrompt.replaceAll('{question}', `{${question}}`), completion: ` {${answer}}` };
  if (suggested) return suggested;
  // A conversation in two columns stays one: its turns are no bare questions and answers.
  const [user, assistant] = [columnOf(sheet, speakerNames), columnOf(sheet, replyNames)];
  return user && assistant ? { prompt: `{${user}}\n`, completion: `{${assistant}}` } : null;
}

/** True when training on it rehearses the benchmark's own prompt. */
export function rehearses(mapping: Mapping | null, benchmarkPrompt: string | null): boolean {
  if (!mapping || !benchmarkPrompt) return false;
  return mapping.prompt.replace(/\{[^}]*\}/g, '{}') === benchmarkPrompt.replace(/\{[^}]*\}/g, '{}');
}

export function columnsOf(template: string): string[] {
  return [...template.matchAll(/\{([^{}]+)\}/g)].flatMap((match) => match[1] ?? []);
}

function onlyAsksAQuestion(prompt: string): boolean {
  const columns = columnsOf(prompt);
  return columns.length === 1 && columns[0] === 'question';
}

function columnOf(sheet: Sheet, names: readonly string[]): string | null {
  return names.flatMap((name) => sheet.columns.find((column) => column.toLowerCase() === name) ?? [])[0] ?? null;
}
