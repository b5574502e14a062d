/** `ml-intern papers cites ID`: who cites a paper or whom it cites, walked on from there, and what belongs to it. */
import { Option, type Command } from 'commander';
import type { Citation, CitationDirection, PaperLinks } from '../../../core/ports/papers';
import { walkCitations, type WalkStep } from '../../../core/research/walk';
import type { Cli, GlobalOptions } from '../../app';
import { exitCodes } from '../../exit-codes';
import { plain } from '../../format';
import { examples, wholeNumber } from '../../options';
import { onPapers, papersOf, tellGaps } from './papers-command';

interface CitesOptions extends GlobalOptions {
  direction: CitationDirection;
  limit: number;
  walk?: number;
  links?: boolean;
}

const mostSteps = 100;

export function citesCommand(cli: Cli, done: (code: number) => void): Command {
  return onPapers('cites', 'who cites a paper, or whom it cites, with influence, intent and the citing sentences')
    .argument('<id>', 'arXiv id, its address or DOI, or an id that the search gave')
    .addOption(
      new Option('--direction <way>', 'which way to look').choices(['citations', 'references']).default('citations'),
    )
    .addOption(new Option('--limit <n>', 'how many').argParser(wholeNumber).default(10))
    .addOption(
      new Option(
        '--walk <n>',
        `go on from paper to paper, the most influential first, up to so many (at most ${mostSteps})`,
      ).argParser(wholeNumber),
    )
    .option('--links', 'also the code, models and datasets that belong to the paper')
    .addHelpText(
      'after',
      examples(
        ['What built on a landmark', 'ml-intern papers cites 2305.18290 --walk 12'],
        ['What it builds on', 'ml-intern papers cites 2305.18290 --direction references --limit 20'],
        ['Its code and data, for a script', 'ml-intern papers cites 2305.18290 --links --json'],
      ),
    )
    .action(async (id: string, options: CitesOptions) => {
      const papers = await papersOf(cli, options);
      const { direction, walk } = options;
      const found =
        walk === undefined
          ? await papers.citations(id, direction, Math.max(1, options.limit))
          : await walkCitations(papers, id, { direction, steps: Math.min(mostSteps, walk) });
      const links = options.links ? await papers.links(id) : undefined;
      const list = 'steps' in found ? found.steps.map(flatStep) : found.items;
      if (options.json)
        cli.terminal.out(
          `${JSON.stringify({ id, direction, papers: list, missing: found.missing, notes: found.notes ?? [], ...(links && { links }) })}\n`,
        );
      else
        cli.terminal.out(
          `${[...list.map(citationText), ...(links ? [linksText(links)] : [])].join('\n\n') || 'Nothing was found.'}\n`,
        );
      tellGaps(cli, { ...found, missing: [...found.missing, ...(links?.missing ?? [])] });
      done(exitCodes.ok);
    });
}

type Listed = Citation & Partial<Omit<WalkStep, 'citation'>>;

function flatStep({ citation, ...step }: WalkStep): Listed {
  return { ...citation, ...step };
}

function citationText({ paper, influential, intents, contexts, depth, why }: Listed): string {
  const marks = [influential ? 'influential' : '', ...intents, `cited ${paper.citations ?? '?'} times`].filter(Boolean);
  const sentences = contexts.slice(0, 2).map((text) => `  “${plain(text)}”`);
  const lines = [
    `${plain(paper.title)} (${plain(paper.id)}, ${paper.year ?? 'year unknown'})`,
    `  ${plain((why ?? marks).join('; '))}`,
    ...sentences,
  ];
  return lines.map((line) => `${'  '.repeat((depth ?? 1) - 1)}${line}`).join('\n');
}

function linksText({ code, models, datasets, spaces }: PaperLinks): string {
  const line = (what: string, items: readonly string[]) => `${what}: ${items.map(plain).join(', ') || 'none'}`;
  return [line('Code', code), line('Models', models), line('Datasets', datasets), line('Spaces', spaces)].join('\n');
}
