/** What a person's version of a dataset's use makes of its rows, as a page to read beside it. */
import type { SourcePreview } from '../../core/approvals/source-preview';
import { onlySeen } from '../../core/text/unseen';
import { formatCount } from '../format';
import { sampleText } from './render';

export interface SampleState {
  dataset: string;
  /** Of the last version that holds; null: none was drawn yet. */
  preview: SourcePreview | null;
  /** Why the version on the screen does not hold; null: it does. */
  problem: { line: number; message: string } | null;
}

export function sampleDocument({ dataset, preview, problem }: SampleState): string {
  const parts = [`# ${dataset}: what the model will see`, ...(problem === null ? [] : [problemText(problem, preview)])];
  if (preview === null) return page(problem === null ? [...parts, 'The rows are being drawn …'] : parts);
  return page([...parts, counts(preview), ...reasons(preview), template(preview), ...sampleText(preview.sample)]);
}

const page = (parts: readonly string[]): string => `${onlySeen(parts.join('\n\n')).text}\n`;

function problemText({ line, message }: NonNullable<SampleState['problem']>, preview: SourcePreview | null): string {
  const last = preview === null ? '' : ' What follows is of the last version that could be used.';
  return `**Your version cannot be used yet** (line ${line}): ${message}${last}`;
}

function counts({ looked, mapped, cut }: SourcePreview): string {
  if (looked === 0) return 'No row of this dataset was kept, so there is none to show.';
  const lost = looked - mapped;
  const rest = lost === 0 ? 'none is left out' : `${formatCount(lost)} cannot be used`;
  return `Of ${formatCount(looked)} rows that were kept to look at, ${formatCount(mapped)} can be used; ${rest}. Of all of them ${formatCount(cut.rows)} would be cut at ${formatCount(cut.maxTokens)} tokens${cut.estimated ? ' (estimated)' : ''}. Filters, weight and left-out rows are applied on the box, and counted there.`;
}

function reasons({ unmapped, findings }: SourcePreview): string[] {
  const lost = unmapped.map(({ problem, rows }) => `- ${formatCount(rows)} × ${problem}`);
  const minded = findings.map(({ rule, message, rows }) => `- ${formatCount(rows)} × ${rule}, e.g. ${message}`);
  return [
    ...(lost.length === 0 ? [] : [`Rows that cannot be used:\n\n${lost.join('\n')}`]),
    ...(minded.length === 0 ? [] : [`To mind:\n\n${minded.join('\n')}`]),
  ];
}

function template({ template: name }: SourcePreview): string {
  return name === null
    ? "Without the marks of the base model's chat template, which is not at hand: training adds them, and the end of text."
    : `Through the chat template of ${name}, with its marks and its end of text.`;
}
