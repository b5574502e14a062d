/** `ml-intern data search QUERY`: datasets of the Hub, with what the licence policy says to them. */
import type { Command } from 'commander';
import { MlInternError } from '../../../core/errors';
import type { JudgedHit } from '../../../app/data-sheet';
import { appOptions, type Cli, type GlobalOptions } from '../../app';
import { exitCodes } from '../../exit-codes';
import { count, plain, shorten, table } from '../../format';
import { command, examples, wholeNumber } from '../../options';

interface SearchOptions extends GlobalOptions {
  paper?: string;
  licence?: string;
  limit: number;
}

const mostHits = 100;
const longestId = 50;

export function searchCommand(cli: Cli, done: (code: number) => void): Command {
  return command('search', 'datasets of the Hub by words, by paper, by licence')
    .argument('[query...]', 'words to look for')
    .option('--paper <id>', 'those that go with a paper, by its arXiv id')
    .option('--licence <id>', 'with this licence, as on the Hub: apache-2.0, cc-by-4.0')
    .option('--limit <n>', `at most ${mostHits}`, wholeNumber, 20)
    .addHelpText(
      'after',
      examples(
        ['By words', 'ml-intern data search medical questions --licence apache-2.0'],
        ['What a paper used', 'ml-intern data search --paper 2110.14168 --json'],
      ),
    )
    .action(async (words: string[], options: SearchOptions) => {
      const text = words.join(' ');
      if (text === '' && options.paper === undefined) throw nothingToFind();
      const { paper, licence } = options;
      const limit = Math.min(mostHits, Math.max(1, options.limit));
      const query = { limit, ...(text && { text }), ...(paper && { paper }), ...(licence && { licence }) };
      const datasets = await (await cli.loadApp()).searchDatasets(query, appOptions(cli, options));
      cli.terminal.out(options.json ? `${JSON.stringify({ query: text, datasets })}\n` : `${hitsText(datasets)}\n`);
      done(exitCodes.ok);
    });
}

function nothingToFind(): MlInternError {
  return new MlInternError('bad-input', 'Nothing was given to look for.', {
    next: 'Give words, or --paper with an arXiv id.',
  });
}

function hitsText(hits: readonly JudgedHit[]): string {
  if (hits.length === 0) return 'Nothing was found.';
  const words = { allow: 'allowed', ask: 'you decide', deny: 'not allowed' };
  const rows = hits.map(({ id, licence, licenceVerdict, gated, downloads }) => [
    shorten(plain(id), longestId),
    plain(licence ?? 'none stated'),
    words[licenceVerdict],
    gated ? 'gated' : 'open',
    count(downloads),
  ]);
  return table([['Dataset', 'Licence', 'Policy', 'Access', 'Downloads'], ...rows]);
}
