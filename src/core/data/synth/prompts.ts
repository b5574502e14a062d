/** What the teacher is asked, word for word; the same plan gives the same prompts. */
import { sha256 } from '../../hash';
import type { Cell, SynthPlan } from './plan';

export interface SynthRequest {
  /** Names the request in the log: the same words are never paid for twice. */
  id: string;
  kind: 'write' | 'solve';
  cell: number;
  seed: number;
  system: string;
  user: string;
  temperature: number;
  maxTokens: number;
}

const writer =
  'You write training rows for a language model. Answer with nothing but JSON: one object a line, each {"prompt": "...", "completion": "..."}.';
const solver = 'Answer the question. End with one line "Answer: " and your final answer in as few words as possible.';

/** The requests that ask for `rows` rows of a cell in one round. */
export function writeRequests(plan: SynthPlan, cell: Cell, rows: number, round: number): SynthRequest[] {
  const requests: SynthRequest[] = [];
  for (let asked = 0; asked < rows; asked += plan.rowsPerRequest) {
    const wanted = Math.min(plan.rowsPerRequest, rows - asked);
    const seed = seedOf(plan.seed, cell.index, round, asked);
    const user = writePrompt(plan, cell, wanted, seed);
    const { temperature, maxTokens } = plan;
    requests.push(named({ kind: 'write', cell: cell.index, seed, system: writer, user, temperature, maxTokens }));
  }
  return requests;
}

/** Asks for an answer of its own, without showing the first. */
export function solveRequest(plan: SynthPlan, prompt: string, cell: number): SynthRequest {
  const seed = seedOf(plan.seed, cell, 0, 1_000_003);
  const { maxTokens } = plan;
  return named({ kind: 'solve', cell, seed, system: solver, user: prompt, temperature: 0, maxTokens });
}

function writePrompt(plan: SynthPlan, cell: Cell, wanted: number, seed: number): string {
  const examples = plan.examples.map((example) => JSON.stringify(example)).join('\n');
  return [
    plan.task,
    `Topic: ${cell.topic}\nStyle: ${cell.style}\nLanguage: ${cell.language}`,
    ...(cell.edgeCase ? [`Special case, ${cell.edgeCase.name}: ${cell.edgeCase.instruction}`] : []),
    ...(examples === '' ? [] : [`The form, not to be copied:\n${examples}`]),
    `Write ${wanted} ${wanted === 1 ? 'row' : 'rows'} that differ from each other. Variation ${seed % 1_000_000}.`,
  ].join('\n\n');
}

function named(request: Omit<SynthRequest, 'id'>): SynthRequest {
  return { id: sha256(JSON.stringify(request)).slice(0, 24), ...request };
}

function seedOf(...parts: number[]): number {
  return Number.parseInt(sha256(parts.join('/')).slice(0, 7), 16);
}
