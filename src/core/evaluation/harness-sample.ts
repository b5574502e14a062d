/** One line of lm-evaluation-harness's `samples_*.jsonl` (`--log_samples`). */
import type { ItemResult } from '../run/types';
import { gradeIn, idIn, type Fail, type Row } from './result-cells';

/** Those that the harness's own tasks report first; a task may name others in "metrics". */
const usualMetrics = [
  ...['exact_match', 'acc', 'acc_norm', 'exact', 'pass@1', 'pass_at_1', 'prompt_level_strict_acc'],
  ...['em', 'f1', 'score', 'mc1', 'mc2'],
];

export function isHarnessSample(row: Row): boolean {
  return row['doc_id'] !== undefined && row['correct'] === undefined;
}

/** gsm8k, for one, writes each item once a filter: with the first number found, and with the marked answer only. */
export function sampleFilter(row: Row): string | undefined {
  return isHarnessSample(row) && typeof row['filter'] === 'string' ? row['filter'] : undefined;
}

export function readSample(row: Row, wanted: string | undefined, fail: Fail): ItemResult {
  const metric = metricOf(row, wanted, fail);
  const score = gradeIn(row[metric], `"${metric}"`, fail) ?? 0;
  const answer = answerIn(row);
  return {
    ...{ id: idIn(row['doc_id'], '"doc_id"', fail), answer, correct: score >= 0.5, valid: validIn(row, answer, score) },
    ...{ truncated: false, tokens: 0 },
    ...(score === 0 || score === 1 ? {} : { score }),
  };
}

function metricOf(row: Row, wanted: string | undefined, fail: Fail): string {
  const named = Array.isArray(row['metrics']) ? row['metrics'].filter((name) => typeof name === 'string') : [];
  const candidates =
    wanted === undefined
      ? [...usualMetrics.filter((name) => named.includes(name)), ...named, ...usualMetrics]
      : [wanted];
  const found = candidates.find((name) => ['number', 'boolean'].includes(typeof row[name]));
  if (found !== undefined) return found;
  throw fail(
    wanted === undefined
      ? 'there is no metric that can be read (name it with --metric)'
      : `there is no metric ${wanted}`,
  );
}

/** Likelihoods of choices are no text; what a generation was read as is. */
function answerIn(row: Row): string | null {
  const filtered = Array.isArray(row['filtered_resps']) ? (row['filtered_resps'] as unknown[])[0] : undefined;
  return typeof filtered === 'string' ? filtered : null;
}

/** The harness's filters put "[invalid]" where they find no answer. */
function validIn(row: Row, answer: string | null, score: number): boolean {
  if (typeof row['invalid'] === 'number') return row['invalid'] === 0 || score > 0;
  return answer === null || score > 0 || !['[invalid]', ''].includes(answer.trim());
}
