/** What is known of each dataset: found, inspected, checked, proposed, set aside. */
import { argument, callsTo, type Memory, type PastCall } from './memory';
import { number, record, records, text, type Facts } from './facts';
import { requestsIn } from './requests';

export interface Sheet {
  licence: string | null;
  licenceVerdict: string;
  gated: boolean;
  columns: string[];
  config: string;
  split: string;
  format: string;
  duplicateShare: number;
  emptyShare: number;
  rows: number | null;
  /** Length of a row in tokens. */
  tokens: { usual: number; most: number } | null;
}

export interface Overlap {
  rows: number;
  items: number;
  hits: number;
  flaggedRows: number;
  blocked: boolean;
}

export interface Mapping {
  prompt: string;
  completion: string;
}

export interface Candidate {
  id: string;
  downloads: number;
  description: string;
  /** Found through a paper that was read. */
  byPaper: boolean;
  inspection: { sheet: Sheet; suggested: Mapping | null; benchmarkPrompt: string | null; text: string } | null;
  inspectionError: string | null;
  overlap: Overlap | null;
  overlapError: string | null;
  proposed: boolean;
  /** Null while not proposed. A decision that left the conversation was an approval: a rejected dataset is set aside at once. */
  decision: 'approved' | 'rejected' | null;
  rejection: string;
  proposedMapping: Mapping | null;
  setAside: boolean;
}

export function candidates(memory: Memory): Candidate[] {
  const known = new Map<string, Candidate>();
  const at = (id: string): Candidate => {
    const candidate = known.get(id) ?? blank(id);
    known.set(id, candidate);
    return candidate;
  };
  for (const call of memory.calls) {
    if (call.name === 'search_datasets') readSearch(call, at);
    const id = argument(call, 'id');
    if (id === null || call.answer === null) continue;
    if (call.name === 'inspect_dataset') readInspection(at(id), call, call.answer.facts);
    if (call.name === 'check_overlap') readOverlap(at(id), call, call.answer.facts);
    if (call.name === 'propose_dataset') readProposal(at(id), call);
    if (call.name === 'set_aside_dataset' && !call.answer.error) at(id).setAside = true;
  }
  return [...known.values()].sort((a, b) => b.downloads - a.downloads || (a.id < b.id ? -1 : 1));
}

function blank(id: string): Candidate {
  return {
    id,
    downloads: 0,
    description: '',
    byPaper: false,
    inspection: null,
    inspectionError: null,
    overlap: null,
    overlapError: null,
    proposed: false,
    decision: null,
    rejection: '',
    proposedMapping: null,
    setAside: false,
  };
}

function readSearch(call: PastCall, at: (id: string) => Candidate): void {
  for (const item of records(call.answer?.facts.datasets)) {
    const id = text(item.id);
    if (id === null) continue;
    const candidate = at(id);
    candidate.downloads = number(item.downloads) ?? candidate.downloads;
    candidate.byPaper ||= argument(call, 'paper') !== null;
    candidate.description ||= call.answer?.blocks.find((block) => block.source.includes(id))?.text ?? '';
  }
}

function readInspection(candidate: Candidate, call: PastCall, facts: Facts): void {
  const sheet = record(facts.sheet);
  if (!sheet) {
    candidate.inspectionError = call.answer?.error?.message ?? 'Its data sheet could not be read.';
    return;
  }
  candidate.downloads = number(sheet.downloads) ?? candidate.downloads;
  candidate.inspection = {
    sheet: readSheet(sheet, facts),
    suggested: readMapping(facts.suggestedMapping),
    benchmarkPrompt: text(facts.benchmarkPrompt),
    text: (call.answer?.blocks ?? []).map((block) => block.text).join('\n'),
  };
}

function readSheet(sheet: Facts, facts: Facts): Sheet {
  const splits = records(sheet.splits);
  const split = splits.find((item) => item.split === 'train') ?? splits[0];
  return {
    licence: text(sheet.licence),
    licenceVerdict: text(sheet.licenceVerdict) ?? 'ask',
    gated: sheet.gated === true,
    columns: records(sheet.columns).flatMap((column) => text(column.name) ?? []),
    config: text(split?.config) ?? 'default',
    split: text(split?.split) ?? 'train',
    format: text(facts.format) ?? text(sheet.format) ?? '',
    duplicateShare: number(sheet.duplicateShare) ?? 0,
    emptyShare: number(sheet.emptyShare) ?? 0,
    rows: number(split?.rows),
    tokens: readTokens(sheet),
  };
}

function readTokens(sheet: Facts): Sheet['tokens'] {
  const tokens = record(record(sheet.lengths)?.tokens);
  const [usual, most] = [number(tokens?.p50), number(tokens?.max)];
  return usual === null || most === null ? null : { usual, most };
}

function readOverlap(candidate: Candidate, call: PastCall, facts: Facts): void {
  const rows = number(facts.rows);
  if (rows === null) {
    candidate.overlapError = call.answer?.error?.message ?? 'Its overlap with the benchmark could not be read.';
    return;
  }
  candidate.overlap = {
    rows,
    items: number(facts.items) ?? 0,
    hits: number(facts.hits) ?? 0,
    flaggedRows: number(facts.flaggedRows) ?? 0,
    blocked: facts.blocked === true,
  };
}

function readProposal(candidate: Candidate, call: PastCall): void {
  candidate.proposed = true;
  candidate.proposedMapping = readMapping(call.args.mapping);
  const failed = call.answer?.error;
  const decided = text(call.answer?.facts.decision);
  candidate.decision = failed || decided === 'rejected' ? 'rejected' : 'approved';
  if (candidate.decision === 'rejected')
    candidate.rejection =
      failed?.message ?? text(call.answer?.facts.reason) ?? text(call.answer?.facts.rule) ?? 'no reason given';
}

export function readMapping(value: unknown): Mapping | null {
  const mapping = record(value);
  const prompt = text(mapping?.prompt);
  const completion = text(mapping?.completion);
  return prompt === null || completion === null ? null : { prompt, completion };
}

/** What may be trained on, less what a person has since asked to leave alone. */
export function approved(memory: Memory): Candidate[] {
  const unwanted = unwantedIds(memory);
  return candidates(memory).filter(
    (candidate) => candidate.decision === 'approved' && !candidate.setAside && !isUnwanted(candidate.id, unwanted),
  );
}

export function unwantedIds(memory: Memory): string[] {
  return memory.feedback.flatMap((feedback) => requestsIn(feedback.text).avoid);
}

export function isUnwanted(id: string, unwanted: readonly string[]): boolean {
  return unwanted.includes(id.toLowerCase());
}

export function searchesMade(memory: Memory): Set<string> {
  return new Set(
    callsTo(memory, 'search_datasets').map(
      (past) => argument(past, 'query') ?? `paper:${argument(past, 'paper') ?? ''}`,
    ),
  );
}
