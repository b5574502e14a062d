/** What a paper cites by its own bibliography, where no citation service tells. */
import type { Citation, PaperReference, PaperText } from '../../core/ports/papers';
import { publicId } from '../../core/research/paper-ids';
import { arxivUrl, yearOf } from './service';

/** Those that name an id; influence and intent are not known. */
export function ownReferences({ references = [], source }: PaperText): Citation[] {
  return references.flatMap((reference) => cited(reference, source) ?? []);
}

function cited({ text, ids }: PaperReference, source: string): Citation | undefined {
  const id = publicId(ids);
  if (id === undefined) return undefined;
  const url = ids.arxiv === undefined ? `https://doi.org/${ids.doi ?? ''}` : arxivUrl(ids.arxiv);
  const year = yearOf(/\b(?:19|20)\d\d\b(?!.*\b(?:19|20)\d\d\b)/.exec(text)?.[0]);
  const rest = { ids, title: text, authors: [], year, citations: null, url, abstract: '', sources: [source] };
  return { paper: { id, ...rest }, influential: false, intents: [], contexts: [] };
}
