/** What a reader of a data sheet should know, in sentences. */
import type { DataSheet } from '../run/types';

/** Shares below are not worth a sentence. */
const noticeable = 0.02;
const percent = (share: number) => (share > 0 && share < 0.01 ? 'under 1 %' : `${Math.round(share * 100)} %`);

export function sheetRemarks(sheet: DataSheet): string[] {
  return [...licenceRemarks(sheet), ...formatRemarks(sheet), ...rowRemarks(sheet), ...gatingRemarks(sheet)];
}

function licenceRemarks({ licence, licenceVerdict, licenceConflict }: DataSheet): string[] {
  const conflict = licenceConflict === undefined ? [] : [`Its licence is contradicted: ${licenceConflict}`];
  if (licenceVerdict === 'allow') return conflict;
  if (licenceVerdict === 'deny') return [...conflict, `The licence ${licence} does not allow this use.`];
  const why =
    licence === null
      ? 'It states no licence: a person must decide.'
      : `The licence ${licence} needs a person's decision.`;
  return [...conflict, why];
}

function formatRemarks({ format, mapping, usableShare, sampled }: DataSheet): string[] {
  if (sampled === 0) return ['No rows could be sampled.'];
  if (format === 'unknown') return ['The columns follow no usual shape of training data.'];
  if (mapping === null) return [`The rows are ${format}: they need converting before a template can use them.`];
  const lost = 1 - (usableShare ?? 1);
  return lost > 0 ? [`${percent(lost)} of the rows cannot be used with the suggested mapping.`] : [];
}

function rowRemarks(sheet: DataSheet): string[] {
  const { duplicateShare, duplicates, emptyShare, wouldBeCut, truncated = 0, problems = [], sampled, complete } = sheet;
  const rows = complete === true ? 'rows' : 'sampled rows';
  const bad = problems.filter(({ example }) => example?.includes('line') || example?.includes('entry'));
  const badRows = bad.reduce((sum, { count }) => sum + count, 0);
  const near = duplicates?.near ?? 0;
  return [
    ...(duplicateShare > noticeable ? [`${percent(duplicateShare)} of the ${rows} are duplicates.`] : []),
    ...(near > noticeable ? [`${percent(near)} of the ${rows} are nearly the same as another.`] : []),
    ...(emptyShare > noticeable ? [`${percent(emptyShare)} of the ${rows} have an empty cell.`] : []),
    ...(wouldBeCut && wouldBeCut.share > 0
      ? [`${percent(wouldBeCut.share)} of the rows are longer than ${wouldBeCut.maxTokens} tokens and would be cut.`]
      : []),
    ...(truncated > 0 && sampled > 0
      ? [`${truncated} of the ${rows} came with shortened cells: lengths are lower bounds.`]
      : []),
    ...(badRows > 0 ? [`${badRows} lines hold no row, the first at ${bad[0]?.example}.`] : []),
  ];
}

function gatingRemarks({ gated, gating }: DataSheet): string[] {
  return gated ? [`Gated: its authors grant access on request. ${gating?.how ?? ''}`.trim()] : [];
}
