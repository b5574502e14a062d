/** The data sheet of a dataset: what is known of it before any of it is used. */
import type { DatasetCard } from '../ports/hub';
import type { RowsDescription } from '../ports/rows';
import type { DataSheet, Mapping } from '../run/types';
import type { DetectedFormat } from './format';
import type { LicencePolicy } from './licence';
import { licenceFacts, statedLicences, type LicenceFacts } from './licence-facts';
import { obligationsOf } from './licence-terms';
import { sheetRemarks } from './sheet-remarks';
import type { RowFacts } from './row-facts';

export interface SheetParts {
  /** Undefined for files without one. */
  card: DatasetCard | undefined;
  description: RowsDescription;
  detected: DetectedFormat;
  mapping: Mapping | null;
  facts: RowFacts;
  policy: LicencePolicy;
}

export function makeDataSheet(parts: SheetParts): DataSheet {
  const { card, description, detected, mapping, facts, policy } = parts;
  const { licences, ...counted } = facts;
  const licence = licenceFacts([...(card?.licences ?? []), ...licences], policy);
  const { id, config, split, splits, columns, rows, bytes, from } = description;
  const sheet: DataSheet = {
    id,
    revision: description.revision ?? 'local',
    ...licenceFields(licence),
    gated: card?.gated ?? false,
    ...(card?.gating ? { gating: card.gating } : {}),
    downloads: card?.downloads ?? 0,
    likes: card?.likes ?? 0,
    config,
    split,
    splits,
    columns,
    rows,
    bytes,
    from,
    complete: rows !== null && facts.sampled >= rows,
    format: detected.format,
    formatConfidence: detected.confidence,
    mapping,
    ...counted,
    remarks: [],
  };
  if (mapping === null) delete sheet.usableShare;
  return { ...sheet, remarks: sheetRemarks(sheet) };
}

function licenceFields({ licence, sources, conflict, denied, verdict }: LicenceFacts) {
  const ids = statedLicences({ licence, licenceSources: sources })?.split(',') ?? [null];
  return {
    licence,
    licenceVerdict: verdict,
    licenceSources: sources,
    ...(conflict === undefined ? {} : { licenceConflict: conflict }),
    ...(denied === undefined ? {} : { licenceDenied: denied }),
    obligations: [...new Set(ids.flatMap(obligationsOf))],
  };
}
