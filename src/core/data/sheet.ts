/** The data sheet of a dataset: what is known of it before any of it is used. */
import type { DatasetCard, DatasetPreview, DatasetSplit } from '../ports/hub';
import type { DataSheet } from '../run/types';
import { detectFormat, type DetectedFormat } from './format';
import { defaultLicencePolicy, licenceVerdict, type LicencePolicy } from './licence';

export function makeDataSheet(
  card: DatasetCard,
  splits: readonly DatasetSplit[],
  preview: DatasetPreview,
  policy: LicencePolicy = defaultLicencePolicy,
): DataSheet {
  const detected = detectFormat(preview.columns, preview.rows);
  const shares = rowShares(preview.rows);
  const verdict = licenceVerdict(card.licence, policy);
  return {
    id: card.id,
    revision: card.revision,
    licence: card.licence,
    licenceVerdict: verdict,
    gated: card.gated,
    downloads: card.downloads,
    likes: card.likes,
    splits: splits.map(({ config, split, rows }) => ({ config, split, rows })),
    columns: preview.columns.map(({ name, type }) => ({ name, type })),
    format: detected.format,
    sampled: preview.rows.length,
    ...shares,
    remarks: [
      ...licenceRemarks(card.licence, verdict),
      ...formatRemarks(detected),
      ...rowRemarks(preview, shares),
      ...(card.gated ? ['Gated: its authors grant access on request.'] : []),
    ],
  };
}

export interface RowShares {
  duplicateShare: number;
  emptyShare: number;
  meanCharacters: number;
}

/** Rows whose whole text occurred before, rows with an empty cell or none at all, and the mean length of a row's text. */
export function rowShares(rows: readonly Record<string, unknown>[]): RowShares {
  if (rows.length === 0) return { duplicateShare: 0, emptyShare: 0, meanCharacters: 0 };
  const texts = rows.map((row) => Object.values(row).map(cellText));
  const seen = new Set(texts.map((cells) => cells.map((cell) => cell.trim().toLowerCase()).join('\u0000')));
  const empty = texts.filter((cells) => cells.length === 0 || cells.some((cell) => cell.trim() === ''));
  const characters = texts.reduce((sum, cells) => sum + cells.join('').length, 0);
  return {
    duplicateShare: (rows.length - seen.size) / rows.length,
    emptyShare: empty.length / rows.length,
    meanCharacters: Math.round(characters / rows.length),
  };
}

function cellText(cell: unknown): string {
  if (cell === null || cell === undefined) return '';
  return typeof cell === 'string' ? cell : JSON.stringify(cell);
}

function licenceRemarks(licence: string | null, verdict: DataSheet['licenceVerdict']): string[] {
  if (verdict === 'deny') return [`The licence ${licence} does not allow this use.`];
  if (verdict === 'allow') return [];
  return [
    licence === null
      ? 'It states no licence: a person must decide.'
      : `The licence ${licence} needs a person's decision.`,
  ];
}

function formatRemarks({ format, mapping }: DetectedFormat): string[] {
  if (format === 'unknown') return ['The columns follow no usual shape of training data.'];
  return mapping === null ? [`The rows are ${format}: they need converting before a template can use them.`] : [];
}

function rowRemarks(preview: DatasetPreview, shares: RowShares): string[] {
  if (preview.rows.length === 0) return ['No rows could be sampled.'];
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  return [
    ...(shares.duplicateShare > 0.02 ? [`${percent(shares.duplicateShare)} of the sampled rows are duplicates.`] : []),
    ...(shares.emptyShare > 0.02 ? [`${percent(shares.emptyShare)} of the sampled rows have an empty cell.`] : []),
  ];
}
