/** Which rows of a good dataset are better left out, as its sheet and the benchmark's own rule for answers tell. */
import { columnsOf, rehearses } from './mapping';
import type { Memory } from './memory';
import type { Candidate } from './recall-datasets';
import type { Source } from './recall-experiments';

/** Rows this much longer than the usual one have something in them that the others lack. */
const farLonger = 2;

export function cleanSource(memory: Memory, candidate: Candidate): Source {
  const filters = filtersFor(memory, candidate);
  return { id: candidate.id, ...(filters.length > 0 ? { filters } : {}) };
}

function filtersFor(memory: Memory, { inspection, proposedMapping }: Candidate): Record<string, unknown>[] {
  const lengths = inspection?.sheet.tokens;
  if (!lengths || lengths.most <= farLonger * lengths.usual) return [];
  const usual = { kind: 'length', unit: 'tokens', max: farLonger * lengths.usual, name: 'of usual length' };
  const [answer] = columnsOf(proposedMapping?.completion ?? '');
  const readable = answerPattern(memory);
  if (!answer || readable === null || !rehearses(proposedMapping, inspection?.benchmarkPrompt ?? null)) return [usual];
  return [usual, { kind: 'regex', column: answer, keep: readable, name: 'with an answer that the benchmark can read' }];
}

/** Copies would only be learnt twice. */
export function cleanMixture(candidates: readonly Candidate[]): Record<string, unknown> | null {
  const copies = candidates.some(({ inspection }) => (inspection?.sheet.duplicateShare ?? 0) > 0);
  return copies ? { dedup: { exact: true } } : null;
}

/** As the briefing gives it: what an answer must look like to be read. */
function answerPattern({ briefing }: Memory): string | null {
  const quoted = /reads the answer with ("(?:[^"\\]|\\.)*")/.exec(briefing)?.[1];
  return quoted === undefined ? null : String(JSON.parse(quoted));
}
