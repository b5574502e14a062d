/** How the paper services' answers and refusals are told. */
import { MlInternError } from '../../core/errors';
import { paperIds } from '../../core/research/paper-ids';

/** What came from the cache unchecked, after what is to be said anyway. */
export function told(notes: ReadonlySet<string>, before: readonly string[] = []): { notes?: string[] } {
  const all = [...before, ...notes];
  return all.length === 0 ? {} : { notes: all };
}

export function knownId(id: string): string {
  if (Object.keys(paperIds(id)).length > 0) return id;
  const next = 'Give an arXiv id such as 2501.00001, its address or DOI, or an id that the search returned.';
  throw new MlInternError('bad-input', `"${id}" is not an id of a paper.`, { next });
}

export function noSuchPaper(id: string): MlInternError {
  return new MlInternError('bad-input', `No paper service knows ${id}.`, {
    next: 'Check the id, or search for the title.',
  });
}

export function unavailable(message: string): MlInternError {
  return new MlInternError('papers-unavailable', message, {
    next: 'Go on with what was read so far, or try again in some minutes.',
  });
}
