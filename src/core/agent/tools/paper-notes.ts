/** Tools that note what papers say. Every quote is looked up in the paper: invented support is refused. */
import { z } from 'zod';
import { MlInternError } from '../../errors';
import type { PaperText } from '../../ports/papers';
import { findQuote } from '../../research/quote';
import { checkedRow, oneLine, paperUrl } from '../../research/recipe-check';
import { cellsOf, recipeMarkdown } from '../../research/recipe-table';
import type { RunView } from '../../run/view';
import { defineTool, paperLimit, type AgentTool, type ToolKit } from './tool';

export type ReadPaper = (id: string, signal: AbortSignal, section?: string) => Promise<PaperText>;

export function notePaper({ bench }: ToolKit, read: ReadPaper): AgentTool {
  return defineTool({
    name: 'note_paper',
    description:
      'Note what a paper shows, with a literal quote from it. The quote is looked up: invented support is refused.',
    schema: z.object({ id: z.string(), claim: z.string(), quote: z.string() }),
    limit: paperLimit,
    phase: 'research',
    async run({ id, claim, quote }, { signal }) {
      const paper = await read(id, signal);
      const found = findQuote(paper, quote);
      if (!found)
        throw new MlInternError('bad-input', `The quote is not in paper ${id}.`, {
          next: 'Copy a sentence of at least a dozen characters from read_paper.',
        });
      const place = found.title || found.section;
      const file = `papers/${id.replace(/[^A-Za-z0-9.-]/g, '_')}.md`;
      const path = `${bench.runFolder}/${file}`;
      const before = (await bench.store.read(path)) ?? `# ${oneLine(paper.title)}\n\n${paperUrl(id)}\n`;
      const note = `\n- ${oneLine(claim)}\n  > ${oneLine(quote)}\n  (${oneLine(place)})\n`;
      if (!before.includes(note)) await bench.store.write(path, before + note);
      const isNew = ({ papers }: RunView) =>
        !papers.some(
          (known) => known.id === id && known.notes.some((one) => one.claim === claim && one.quote === quote),
        );
      await bench.journal.recordIf(isNew, 'paper.noted', {
        ...{ id, title: paper.title, url: paperUrl(id), claim, quote, place, file },
      });
      return { facts: { noted: true, place } };
    },
  });
}

const claim = z.object({
  value: z.string().min(1).describe('In a few words; numbers exactly as the quote has them'),
  quote: z.string().describe('Literal text of the paper: a sentence, or a row of a table with its borders'),
});
const recipeFile = 'papers/recipe-table.md';

export function noteRecipe({ bench }: ToolKit, read: ReadPaper): AgentTool {
  return defineTool({
    name: 'note_recipe',
    description:
      'Add a row to the recipe table: a result of a paper and what it was reached with, each value with its own literal quote. A row is refused when a quote is not in the paper, a number is not in its quote, or what a value names is not in the paragraph of its quote.',
    schema: z.object({
      id: z.string().describe('arXiv id of the paper'),
      result: claim.describe('What was reached: metric, score, benchmark'),
      baseModel: claim.optional(),
      data: z.array(claim).optional(),
      method: claim.optional(),
      hyperparameters: z.array(claim.extend({ name: z.string().min(1) })).optional(),
    }),
    limit: paperLimit,
    phase: 'research',
    async run({ id, ...claimed }, { signal }) {
      const row = checkedRow(await read(id, signal), claimed);
      const isNew = ({ recipeTable }: RunView) => !recipeTable.some((known) => known.id === row.id);
      await bench.journal.recordIf(isNew, 'recipe-row.noted', { row, file: recipeFile });
      const { recipeTable } = bench.journal.view;
      const table = `# What the literature says worked\n\n${recipeMarkdown(recipeTable)}\n`;
      await bench.store.write(`${bench.runFolder}/${recipeFile}`, table);
      const supported = cellsOf(row).map(({ field, name }) => (name === '' ? field : name));
      return { facts: { noted: true, row: row.id, rows: recipeTable.length, place: row.result.place, supported } };
    },
  });
}
