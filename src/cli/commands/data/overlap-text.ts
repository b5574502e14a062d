/** What an overlap check found, for people. Pure and bounded. */
import { basename } from 'node:path';
import { relationText, type KnownRelation } from '../../../core/data/known-overlap';
import { overlapVerdict } from '../../../core/data/overlap';
import type { OverlapResult } from '../../../core/data/overlap-check';
import { count, plain, shorten, table } from '../../format';

export type OverlapAnswer = OverlapResult & { evaluation: string | null; known: KnownRelation[] };

const mostExamples = 10;
const mostRemarks = 8;
const narrowest = 16;

export function overlapText(answer: OverlapAnswer, columns: number): string {
  const { rows, items, seconds, flaggedRows, flaggedItems } = answer;
  const found = `${count(flaggedRows)} of ${count(rows)} rows overlap with ${count(flaggedItems)} of ${count(items)} items (${kindsText(answer)}), in ${seconds} s.`;
  return [
    flaggedRows === 0 ? `No overlap: ${count(rows)} rows beside ${count(items)} items, in ${seconds} s.` : found,
    ...(flaggedRows === 0 ? [] : [overlapVerdict(flaggedRows).words, '', sideBySide(answer, columns)]),
    ...remarks(answer),
  ].join('\n');
}

function kindsText({ kinds }: OverlapAnswer): string {
  return Object.entries(kinds)
    .map(([kind, hits]) => `${count(hits)} ${kind}`)
    .join(', ');
}

function sideBySide({ examples, flaggedRows, files }: OverlapAnswer, columns: number): string {
  const several = files.length > 1;
  const fixed = 2 + 8 + 2 + 6 + 2 + 8 + 2 + 5 + 2 + (several ? 16 : 0);
  const width = Math.max(narrowest, Math.floor((columns - fixed) / 2));
  const shown = examples
    .slice(0, mostExamples)
    .map((each) => [
      ...(several ? [shorten(plain(basename(each.file ?? '')), 14)] : []),
      String(each.row),
      String(each.item),
      each.kind,
      each.score.toFixed(2),
      shorten(plain(each.rowText), width),
      shorten(plain(each.itemText), width),
    ]);
  const header = [...(several ? ['file'] : []), 'row', 'item', 'kind', 'score', 'the row', 'the item'];
  const more =
    flaggedRows > shown.length ? `\n… ${count(flaggedRows - shown.length)} more rows: see --json or --report.` : '';
  return `${table([header, ...shown])}${more}`;
}

function remarks(answer: OverlapAnswer): string[] {
  const { known, unreadable, problems, complete, hits, hitCount, semantic, removed } = answer;
  const lines = known.slice(0, mostRemarks).map((each) => plain(relationText(each)));
  const [first] = problems;
  if (first)
    lines.push(
      `Not readable, so not checked: ${count(unreadable)} ${unreadable === 1 ? 'line' : 'lines'}; the first: ${first.eval ? 'the evaluation' : plain(basename(first.file ?? ''))}, line ${first.line + 1}, ${plain(first.problem)}.`,
    );
  if (!complete)
    lines.push(`Of ${count(hitCount)} hits the first ${count(hits.length)} are listed; the counts are complete.`);
  if (!semantic) lines.push('Paraphrases are not looked for without --embedding-model.');
  if (removed)
    lines.push(
      `${count(removed.kept)} rows were written to ${plain(removed.files.join(', '))}; what was left out, and why: ${plain(removed.record)}.`,
    );
  return lines.length === 0 ? [] : ['', ...lines];
}
