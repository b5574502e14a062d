/** `ml-intern papers read ID`: the outline of a paper and a page of its text, and how to go on. */
import { Option, type Command } from 'commander';
import { MlInternError } from '../../../core/errors';
import type { PaperText } from '../../../core/ports/papers';
import { outline, placeAfter, sectionPage, type OutlineEntry } from '../../../core/research/page';
import { paperUrl } from '../../../core/research/paper-ids';
import type { Cli, GlobalOptions } from '../../app';
import { exitCodes } from '../../exit-codes';
import { plain } from '../../format';
import { examples, wholeNumber } from '../../options';
import { onPapers, papersOf, tellGaps } from './papers-command';

interface ReadOptions extends GlobalOptions {
  section?: string;
  offset: number;
  limit: number;
}

/** Lines of the outline that a person is shown; a book has hundreds. */
const linesShown = 40;

export function readCommand(cli: Cli, done: (code: number) => void): Command {
  return onPapers('read', 'read a paper section by section')
    .argument('<id>', 'arXiv id with or without version, its address or DOI, or an id that the search gave')
    .option('--section <name>', 'id or title of a section, page-12 for a page of a PDF (default: the first)')
    .addOption(new Option('--offset <n>', 'where to begin in the section').argParser(wholeNumber).default(0))
    .addOption(new Option('--limit <n>', 'characters of a page').argParser(wholeNumber).default(6000))
    .addHelpText(
      'after',
      examples(
        ['The outline and the beginning', 'ml-intern papers read 2305.18290'],
        ['One section', 'ml-intern papers read https://arxiv.org/abs/2305.18290v2 --section experiments'],
        ['For a script; "next" says where to read on', 'ml-intern papers read 2305.18290 --json'],
      ),
    )
    .action(async (id: string, options: ReadOptions) => {
      const paper = await (await papersOf(cli, options)).read(id, undefined, options.section);
      const read = pageOf(paper, options);
      cli.terminal.out(options.json ? `${JSON.stringify(read)}\n` : readText(paper, read));
      tellGaps(cli, { notes: paper.notes ?? [] });
      done(exitCodes.ok);
    });
}

type Read = ReturnType<typeof pageOf>;

function pageOf(paper: PaperText, { section, offset, limit }: ReadOptions) {
  const wanted = section ?? paper.sections[0]?.id;
  if (wanted === undefined)
    throw new MlInternError('papers-unavailable', `Paper ${paper.id} has no readable text.`, {
      next: 'See its abstract with "ml-intern papers search".',
    });
  const whole = sectionPage(paper, wanted, offset, limit);
  const { section: name, title: heading, text, offset: from, total } = whole;
  const { id, title, source, notes = [], references = [] } = paper;
  const page = { section: name, title: heading, text, offset: from, total };
  return {
    id,
    title,
    url: paperUrl(paper),
    source,
    notes,
    outline: outline(paper),
    page,
    next: placeAfter(paper, whole),
    references,
  };
}

function readText(paper: PaperText, { title, url, source, outline: entries, page, next }: Read): string {
  const shown = entries.slice(0, linesShown).map(entryLine);
  const more =
    entries.length > linesShown
      ? [`  … and ${entries.length - linesShown} more, up to ${entries.at(-1)?.id ?? ''}`]
      : [];
  const place =
    page.total > page.text.length
      ? `, characters ${page.offset} to ${page.offset + page.text.length} of ${page.total}`
      : '';
  const goOn =
    next === null ? 'This is the end.' : `Go on with: --section ${plain(next.section)} --offset ${next.offset}`;
  return [
    `${plain(title)} (${plain(paper.id)})\n${plain(url)}, from ${plain(source)}`,
    ['Outline:', ...shown, ...more].join('\n'),
    `${plain(page.title)}${place}\n\n${page.text.split('\n').map(plain).join('\n')}`,
    `${goOn}\n`,
  ].join('\n\n');
}

function entryLine({ id, title, level, characters }: OutlineEntry): string {
  return `  ${'  '.repeat(level - 1)}${plain(id)}  ${plain(title)} (${characters})`;
}
