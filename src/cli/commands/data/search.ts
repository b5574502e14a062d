/** `ml-intern data search QUERY`: datasets of the Hub, with what the licence policy says to them. */
import type { Command } from 'commander';
import { MlInternError } from '../../../core/errors';
import type { JudgedHit } from '../../../app/data-sheet';
import { datasetsNamedIn, type NamedDatasets } from '../../../core/data/named-datasets';
import { appOptions, type Cli, type GlobalOptions } from '../../app';
import { exitCodes } from '../../exit-codes';
import { count, plain, shorten, table } from '../../format';
import { command, examples, wholeNumber } from '../../options';
import { tellGaps } from '../papers/papers-command';

interface SearchOptions extends GlobalOptions {
  paper?: string;
  licence?: string;
  limit: number;
}

const mostHits = 100;
const longestId = 50;
const longestQuote = 90;

export function searchCommand(cli: Cli, done: (code: number) => void): Command {
  return command('search', 'datasets of the Hub by words, by paper, by licence')
    .argument('[query...]', 'words to look for')
    .option('--paper <id>', 'those that go with a paper, by its arXiv id, and what its text names')
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
      const app = await cli.loadApp();
      const [datasets, named] = await Promise.all([
        app.searchDatasets(query, appOptions(cli, options)),
        paper === undefined ? undefined : datasetsNamedIn(app.openPapers(appOptions(cli, options)), paper),
      ]);
      const found = { query: text, datasets, ...(named && { named: named.mentions }) };
      cli.terminal.out(options.json ? `${JSON.stringify(found)}\n` : `${hitsText(datasets)}\n${namedText(named)}`);
      tellGaps(cli, { missing: named?.missing === undefined ? [] : [named.missing] });
      done(exitCodes.ok);
    });
}

/** An id can be given to "data sheet", a name has to be searched for. */
function namedText(named: NamedDatasets | undefined): string {
  if (named === undefined || named.mentions.length === 0) return '';
  const rows = named.mentions.map(({ kind, value, times, quote }) => [
    kind,
    shorten(plain(value), longestId),
    String(times),
    shorten(plain(quote), longestQuote),
  ]);
  return `\n${table([['Named', 'in the paper', 'Times', 'Where'], ...rows])}\n`;
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
