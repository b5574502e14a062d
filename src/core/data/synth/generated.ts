/** What the log of a run keeps of generated rows: counts, what became of each cell, and a few rows with where they come from. */
import { sha256 } from '../../hash';
import type { GeneratedExample, GeneratedRows, Mapping } from '../../run/recipe';
import type { SynthResult, SynthRow } from './generate';
import { teacherName, type SynthPlan } from './plan';

export interface Product {
  /** Relative to the run's folder. */
  file: string;
  mapping: Mapping;
  /** Id of the proposal that was approved. */
  proposal: string;
}

const mostCells = 100;
const mostExamples = 3;
const longestExample = 500;

/** `text` is the file's content. */
export function generatedRows(plan: SynthPlan, product: Product, result: SynthResult, text: string): GeneratedRows {
  const { rows, rejected, ended, inputTokens, outputTokens, usd, cells } = result;
  return {
    ...product,
    ...{ sha256: sha256(text), teacher: teacherName(plan.teacher), rows: rows.length, wanted: plan.rows },
    ...{ ended, inputTokens, outputTokens, usd },
    rejected: Object.fromEntries(Object.entries(rejected).filter(([, count]) => count > 0)),
    coverage: cells.slice(0, mostCells).map(({ cell, wanted, accepted }) => ({ cell, wanted, accepted })),
    examples: rows.slice(0, mostExamples).map(exampleOf),
  };
}

function exampleOf({ prompt, completion, provenance }: SynthRow): GeneratedExample {
  const { model, cell, request, seed, verifiedBy } = provenance;
  return {
    ...{ prompt: prompt.slice(0, longestExample), completion: completion.slice(0, longestExample) },
    ...{ model, cell, request, seed, verifiedBy },
  };
}
