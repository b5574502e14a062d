/** `ml-intern papers search QUERY`: one ranked list from all services, with the grounds for the order. */
import { Option, type Command } from 'commander';
import type { PaperSearch, RankedHit } from '../../../core/ports/papers';
import { dayOf } from '../../../core/research/filter';
import type { Cli, GlobalOptions } from '../../app';
import { exitCodes } from '../../exit-codes';
import { plain } from '../../format';
import { examples, wholeNumber } from '../../options';
import { onPapers, papersOf, tellGaps } from './papers-command';

interface SearchOptions extends GlobalOptions {
  since?: string;
  until?: string;
  category?: string;
  minCitations?: number;
  limit: number;
}

const mostHits = 100;

export function searchCommand(cli: Cli, done: (code: number) => void): Command {
  return onPapers('search', 'papers of Hugging Face, arXiv and Semantic Scholar in one ranked list')
    .argument('<query...>', 'words to look for')
    .option('--since <date>', 'published on or after: 2025, 2025-03 or 2025-03-31')
    .option('--until <date>', 'published on or before')
    .option('--category <name>', 'arXiv category such as cs.CL, or cs for all of them')
    .addOption(new Option('--min-citations <n>', 'cited at least so often').argParser(wholeNumber))
    .addOption(new Option('--limit <n>', `at most ${mostHits}`).argParser(wholeNumber).default(10))
    .addHelpText(
      'after',
      examples(
        ['What is known', 'ml-intern papers search instruction tuning data selection --since 2024'],
        [
          'Landmarks of a field',
          'ml-intern papers search preference optimization --category cs.CL --min-citations 500',
        ],
        ['For a script', 'ml-intern papers search GSM8K --json'],
      ),
    )
    .action(async (words: string[], options: SearchOptions) => {
      const query = words.join(' ');
      const answer = await (await papersOf(cli, options)).search(query, searchOf(options));
      if (options.json)
        cli.terminal.out(
          `${JSON.stringify({ query, papers: answer.items, missing: answer.missing, notes: answer.notes ?? [] })}\n`,
        );
      else
        cli.terminal.out(
          answer.items.length === 0 ? 'Nothing was found.\n' : `${answer.items.map(hitText).join('\n\n')}\n`,
        );
      tellGaps(cli, answer);
      done(exitCodes.ok);
    });
}

function searchOf({ since, until, category, minCitations, limit }: SearchOptions): PaperSearch {
  return {
    limit: Math.min(mostHits, Math.max(1, limit)),
    ...(since !== undefined && { since: dayOf(since, 'first') }),
    ...(until !== undefined && { until: dayOf(until, 'last') }),
    ...{ category, minCitations },
  };
}

function hitText({ id, title, authors, url, score, why }: RankedHit, index: number): string {
  const [first, ...others] = authors;
  const by = first === undefined ? '' : ` – ${plain(first)}${others.length > 0 ? ` and ${others.length} more` : ''}`;
  return [
    `${index + 1}. ${plain(title)} (${plain(id)})${by}`,
    `   ${plain(url)}`,
    `   ${score.toFixed(2)}: ${plain(why.join('; '))}`,
  ].join('\n');
}
