/** Tools that note what papers say. Every quote is looked up in the paper: invented support is refused. */
import { z } from 'zod';
import type { Bench } from '../../experiments/bench';
import { findQuote } from '../../research/quote';
import { paperUrl } from '../../research/paper-ids';
import { quoteMissing, readWith, type ReadPaper } from '../../research/quoted-text';
import { checkedRow, oneLine } from '../../research/recipe-check';
import { cellsOf, recipeMarkdown } from '../../research/recipe-table';
import type { RunView } from '../../run/view';
import { defineTool, paperLimit, type AgentTool, type ToolKit } from './tool';

const section = z
  .string()
  .optional()
  .describe('Where the quote stands; needed for a page of a long PDF, e.g. page-120');

export function notePaper({ bench }: ToolKit, read: ReadPaper): AgentTool {
  return defineTool({
    name: 'note_paper',
    description:
      'Note what a paper shows, with a literal quote from it. The quote is looked up: invented support is refused.',
    schema: z.object({ id: z.string(), claim: z.string(), quote: z.string(), section }),
    limit: paperLimit,
    phase: 'research',
    async run({ id: asked, claim, quote, section }, { signal }) {
      const paper = await readWith(read, asked, named([section]), signal);
      const found = findQuote(paper, quote);
      if (!found) throw quoteMissing(paper);
      const { id, title } = paper;
      const place = found.title || found.section;
      const file = `papers/${id.replace(/[^A-Za-z0-9.-]/g, '_')}.md`;
      const isNew = ({ papers }: RunView) =>
        !papers.some(
          (known) => known.id === id && known.notes.some((one) => one.claim === claim && one.quote === quote),
        );
      await bench.journal.recordIf(isNew, 'paper.noted', {
        ...{ id, title, url: paperUrl(paper), claim, quote, place, file },
      });
      await writeView(bench, file, ({ papers }) => notesMarkdown(papers.filter((known) => known.id === id)));
      return { facts: { noted: true, place } };
    },
  });
}

function notesMarkdown(papers: RunView['papers']): string {
  return papers
    .map(({ title, url, notes }) => {
      const lines = notes.map(
        ({ claim, quote, place }) => `\n- ${oneLine(claim)}\n  > ${oneLine(quote)}\n  (${oneLine(place)})\n`,
      );
      return `# ${oneLine(title)}\n\n${url}\n${lines.join('')}`;
    })
    .join('\n');
}

/** A file is a view of the log: calls at the same time do not lose what the others noted, whoever writes last. */
async function writeView({ journal, store, runFolder }: Bench, file: string, render: (view: RunView) => string) {
  for (let written: string | undefined; written !== render(journal.view);) {
    written = render(journal.view);
    await store.write(`${runFolder}/${file}`, written);
  }
}

const named = (sections: readonly (string | undefined)[]) => sections.filter((section) => section !== undefined);

const claim = z.object({
  value: z.string().min(1).describe('In a few words; numbers exactly as the quote has them'),
  quote: z.string().describe('Literal text of the paper: a sentence, or a row of a table with its borders'),
  section,
});
const recipeFile = 'papers/recipe-table.md';
const recipeFileOf = (rows: RunView['recipeTable']) => `# What the literature says worked\n\n${recipeMarkdown(rows)}\n`;

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
      const { result, baseModel, data = [], method, hyperparameters = [] } = claimed;
      const claims = [result, baseModel, ...data, method, ...hyperparameters];
      const paper = await readWith(read, id, named(claims.map((each) => each?.section)), signal);
      const row = checkedRow(paper, claimed);
      const isNew = ({ recipeTable }: RunView) => !recipeTable.some((known) => known.id === row.id);
      await bench.journal.recordIf(isNew, 'recipe-row.noted', { row, file: recipeFile });
      await writeView(bench, recipeFile, (view) => recipeFileOf(view.recipeTable));
      const { recipeTable } = bench.journal.view;
      const supported = cellsOf(row).map(({ field, name }) => (name === '' ? field : name));
      return { facts: { noted: true, row: row.id, rows: recipeTable.length, place: row.result.place, supported } };
    },
  });
}
