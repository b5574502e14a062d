/** Recognises the usual shapes of training data by their columns and cells, and suggests how to make prompt and completion of them. */
import type { DatasetColumn } from '../ports/rows';
import type { Mapping } from '../run/types';

export type DataFormat =
  | 'messages'
  | 'sharegpt'
  | 'alpaca'
  | 'prompt-completion'
  | 'preference'
  | 'question-choices'
  | 'question-answer'
  | 'text'
  | 'unknown';

export interface DetectedFormat {
  format: DataFormat;
  /** Null when no template over the columns can express it. */
  mapping: Mapping | null;
}

type Row = Record<string, unknown>;
type Detector = (names: Names, rows: readonly Row[]) => DetectedFormat | undefined;

/** The most telling shape first: `prompt, chosen, rejected` is preference data although it has a prompt. */
const detectors: readonly Detector[] = [chat, preference, alpaca, choices, questionAnswer, promptCompletion, plainText];

export function detectFormat(columns: readonly DatasetColumn[], rows: readonly Row[]): DetectedFormat {
  const names = new Names(columns.map((column) => column.name));
  for (const detector of detectors) {
    const found = detector(names, rows);
    if (found !== undefined) return found;
  }
  return { format: 'unknown', mapping: null };
}

/** Column names, found whatever their case. */
class Names {
  constructor(private readonly names: readonly string[]) {}

  any(...wanted: string[]): string | undefined {
    for (const name of wanted) {
      const found = this.names.find((candidate) => candidate.toLowerCase() === name);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  get only(): string | undefined {
    return this.names.length === 1 ? this.names[0] : undefined;
  }
}

function chat(names: Names, rows: readonly Row[]): DetectedFormat | undefined {
  const column = names.any('messages', 'conversations', 'conversation', 'dialogue', 'dialog', 'turns');
  if (column === undefined) return undefined;
  const turn = rows.map((row) => row[column]).find((cell) => Array.isArray(cell) && cell.length > 0) as unknown[];
  const first = turn?.[0];
  if (first === null || typeof first !== 'object') return undefined;
  if ('role' in first && 'content' in first) return { format: 'messages', mapping: null };
  return 'from' in first && 'value' in first ? { format: 'sharegpt', mapping: null } : undefined;
}

function preference(names: Names): DetectedFormat | undefined {
  const [chosen, rejected] = [names.any('chosen'), names.any('rejected')];
  if (chosen === undefined || rejected === undefined) return undefined;
  const prompt = names.any('prompt', 'question', 'instruction', 'input');
  return { format: 'preference', mapping: prompt === undefined ? null : pair(`{${prompt}}`, `{${chosen}}`) };
}

function alpaca(names: Names): DetectedFormat | undefined {
  const [instruction, output] = [names.any('instruction'), names.any('output', 'response')];
  if (instruction === undefined || output === undefined) return undefined;
  const input = names.any('input', 'context');
  const prompt = input === undefined ? `{${instruction}}\n` : `{${instruction}}\n{${input}}\n`;
  return { format: 'alpaca', mapping: pair(prompt, `{${output}}`) };
}

function choices(names: Names): DetectedFormat | undefined {
  const question = names.any('question', 'query', 'problem');
  const options = names.any('choices', 'options', 'endings') ?? (names.any('a') && names.any('b'));
  const answer = names.any('answer', 'answerkey', 'label', 'answer_idx', 'target');
  if (question === undefined || options === undefined || answer === undefined) return undefined;
  return { format: 'question-choices', mapping: questionMapping(question, answer) };
}

function questionAnswer(names: Names): DetectedFormat | undefined {
  const question = names.any('question', 'query', 'problem', 'q');
  const answer = names.any('answer', 'solution', 'response', 'output', 'target', 'a');
  if (question === undefined || answer === undefined) return undefined;
  return { format: 'question-answer', mapping: questionMapping(question, answer) };
}

function promptCompletion(names: Names): DetectedFormat | undefined {
  const prompt = names.any('prompt', 'input', 'source', 'context', 'query', 'user', 'human');
  const completion = names.any('completion', 'response', 'output', 'target', 'assistant', 'reply');
  if (prompt === undefined || completion === undefined) return undefined;
  const isReady = prompt.toLowerCase() === 'prompt' && completion.toLowerCase() === 'completion';
  // Columns of those names hold their own separators; others would run together.
  const mapping = pair(isReady ? `{${prompt}}` : `{${prompt}}\n`, `{${completion}}`);
  return { format: 'prompt-completion', mapping };
}

function plainText(names: Names, rows: readonly Row[]): DetectedFormat | undefined {
  const column = names.any('text', 'content', 'document') ?? names.only;
  const isText = column !== undefined && rows.every((row) => typeof (row[column] ?? '') === 'string');
  return isText ? { format: 'text', mapping: pair('', `{${column}}`) } : undefined;
}

function questionMapping(question: string, answer: string): Mapping {
  return pair(`Question: {${question}}\nAnswer:`, ` {${answer}}`);
}

function pair(prompt: string, completion: string): Mapping {
  return { prompt, completion };
}
