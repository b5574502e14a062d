/** Rows that were written for the run: what was asked for, and what came of it. */
import { argument, callsTo, type Memory } from './memory';
import { number, text } from './facts';

export interface Written {
  /** What a recipe names them by. */
  file: string;
  rows: number;
  why: string;
}

/** Those that may be trained on. An answer that left the conversation was good news: what was refused is not asked for again. */
export function writtenRows(memory: Memory): Written[] {
  return callsTo(memory, 'generate_rows').flatMap((call) => {
    const { answer } = call;
    if (answer === null || answer.error || answer.facts.decision === 'rejected') return [];
    const file = text(answer.facts.file) ?? `data/${argument(call, 'name') ?? ''}.jsonl`;
    const rows = number(answer.facts.rows) ?? number(call.args.rows) ?? 0;
    return rows > 0 ? [{ file, rows, why: argument(call, 'why') ?? '' }] : [];
  });
}
