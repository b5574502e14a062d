/** Datasets that a person never wants to be asked about again, in every run of the workspace: `ml-intern/never.json`, theirs to edit. */
import { posix } from 'node:path';
import { z } from 'zod';
import { boxPathOf, isBoxFile, isLocalFile, pathOf } from '../data/local-files';
import { MlInternError } from '../errors';
import type { Store } from '../ports/store';
import type { Decision } from '../run/types';
import type { RunView } from '../run/view';

export const neverFile = 'never.json';

const entrySchema = z.object({ dataset: z.string(), reason: z.string(), run: z.string() });
export type NeverEntry = z.infer<typeof entrySchema>;

export async function readNever(store: Pick<Store, 'read'>): Promise<NeverEntry[]> {
  const text = await store.read(neverFile);
  if (text === undefined) return [];
  try {
    return z.array(entrySchema).parse(JSON.parse(text));
  } catch {
    throw new MlInternError('bad-input', `${neverFile} is not a list of datasets with reasons.`, {
      next: `Correct ml-intern/${neverFile}, or delete it to allow all of them again.`,
    });
  }
}

/** Remembers what the decision says is never to be proposed; anything else changes nothing. */
export async function rememberDecision(store: Store, view: RunView, decision: Decision): Promise<void> {
  if (decision.never !== true) return;
  const subject = view.proposals.find(({ proposal }) => proposal.id === decision.proposal)?.proposal.subject;
  if (subject?.kind !== 'dataset') return;
  const dataset = subject.sheet.id;
  const others = (await readNever(store)).filter((entry) => !isSame(entry.dataset, dataset));
  await writeNever(store, [...others, { dataset, reason: decision.reason ?? '', run: view.id }]);
}

/** False where it was not on the list. */
export async function allowAgain(store: Store, dataset: string): Promise<boolean> {
  const all = await readNever(store);
  const left = all.filter((entry) => !isSame(entry.dataset, dataset));
  if (left.length === all.length) return false;
  await writeNever(store, left);
  return true;
}

/** Throws where a person wants to hear no more of it; the agent is told their reason. */
export async function refuseNever(store: Pick<Store, 'read'>, dataset: string): Promise<void> {
  const entry = (await readNever(store)).find((one) => isSame(one.dataset, dataset));
  if (entry === undefined) return;
  const reason = entry.reason === '' ? 'no reason given' : entry.reason;
  throw new MlInternError('not-approved', `The person never wants ${dataset} to be proposed again: ${reason}`, {
    next: 'Set it aside with that reason and use other data.',
  });
}

/** The Hub does not tell capitals apart; a file has many names. */
const isSame = (one: string, other: string): boolean => nameOf(one) === nameOf(other);

function nameOf(id: string): string {
  if (isLocalFile(id)) return `file:${posix.normalize(pathOf(id))}`;
  return isBoxFile(id) ? `box:${posix.normalize(boxPathOf(id))}` : id.toLowerCase();
}

const writeNever = (store: Store, entries: readonly NeverEntry[]): Promise<void> =>
  store.write(neverFile, `${JSON.stringify(entries, null, 2)}\n`);
