/** A use of a dataset that a person wrote is judged by the rows that were kept, as the agent's is. */
import { editedSource, type DatasetSubject } from '../core/approvals/edited-source';
import { keptRowsFile, readKept } from '../core/data/kept-rows';
import { mappingUse, refuseUseless } from '../core/data/mapping-use';
import type { Row } from '../core/ports/rows';
import type { Store } from '../core/ports/store';
import type { DecisionInput } from '../core/run/runs';
import type { ProposalView } from '../core/run/view';

export async function refuseUselessEdit(
  store: Store,
  run: string,
  entry: ProposalView | undefined,
  { verdict, editedSource: text }: DecisionInput,
): Promise<void> {
  if (text === undefined || verdict === 'reject') return;
  // What is decided already stays so, and what cannot be edited is refused for that.
  if (entry?.proposal.subject.kind !== 'dataset' || entry.decision) return;
  const { subject } = entry.proposal;
  const { mapping } = editedSource(subject, text);
  refuseUseless(mappingUse(await keptRowsOf(store, run, subject), mapping), subject.sheet.id);
}

export async function keptRowsOf(store: Store, run: string, { sheet, source }: DatasetSubject): Promise<Row[]> {
  return readKept(await store.read(`${run}/${keptRowsFile(sheet.id)}`), source.dataset);
}
