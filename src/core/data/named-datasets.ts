/** The datasets that a paper's text names. The text is a help: without it the Hub's own links still answer. */
import { toMlInternError } from '../errors';
import type { Papers } from '../ports/papers';
import { datasetMentions, type DatasetMention } from './mentions';

const shownMentions = 20;

export interface NamedDatasets {
  mentions: DatasetMention[];
  /** Why the paper could not be read. */
  missing?: string;
}

export async function datasetsNamedIn(papers: Papers, paper: string, signal?: AbortSignal): Promise<NamedDatasets> {
  try {
    const { sections } = await papers.read(paper, signal);
    const text = sections.map((section) => `${section.title}\n${section.text}`).join('\n\n');
    return { mentions: datasetMentions(text).slice(0, shownMentions) };
  } catch (error) {
    signal?.throwIfAborted();
    return { mentions: [], missing: toMlInternError(error).message };
  }
}
