/** `ml-intern data sheet FILE|ID`: what is known of a dataset before any of it is used. */
import type { Command } from 'commander';
import { MlInternError } from '../../../core/errors';
import { appOptions, type Cli, type GlobalOptions } from '../../app';
import { exitCodes } from '../../exit-codes';
import { boxRootOption, command, examples, wholeNumber } from '../../options';
import { RowCount } from '../../row-count';
import { sheetText } from './sheet-text';

interface SheetOptions extends GlobalOptions {
  config?: string;
  split?: string;
  revision?: string;
  maxTokens?: number;
  tokenizer?: string;
  rows?: number;
  box?: string;
}

export function sheetCommand(cli: Cli, done: (code: number) => void): Command {
  return command(
    'sheet',
    'the data sheet of a dataset: licence, access, rows, lengths, duplicates, what training could use',
  )
    .argument('<file|id>', 'a file or folder of this machine, or a dataset of the Hub such as owner/name')
    .option('--config <name>', 'configuration of a dataset that has several')
    .option('--split <name>', 'default: train')
    .option('--revision <commit>', 'default: the newest')
    .option('--max-tokens <n>', 'longer rows would be cut in training (default: 2048)', wholeNumber)
    .option('--tokenizer <path|id>', 'the base model whose tokens are counted; without it they are estimated')
    .option('--rows <n>', 'most rows to look at, taken from the whole split (default: 10000)', wholeNumber)
    .option('--box <host>', 'have a box look at all rows: of a file or folder there, or of a dataset that it reaches')
    .addOption(boxRootOption())
    .addHelpText('after', help)
    .action((place: string, options: SheetOptions) => sheet(cli, place, options, done));
}

const help = `${examples(
  ['A file', 'ml-intern data sheet rows.jsonl --tokenizer Qwen/Qwen3-0.6B --max-tokens 1024'],
  ['A dataset of the Hub', 'ml-intern data sheet openai/gsm8k --config main --json'],
  ['A file on a box, every row of it', 'ml-intern data sheet data/sft.jsonl --box gpu1'],
)}
From the Hub the rows come from the dataset viewer (at most 1,000, spread over the split), else from the dataset's files
by byte range. The sheet says where they were read, and whether all of them were looked at or a sample. With --box, paths
count from the home folder there and --tokenizer is a folder there or an id; the rows stay on the box.
`;

async function sheet(cli: Cli, place: string, options: SheetOptions, done: (code: number) => void): Promise<void> {
  const { terminal } = cli;
  const leaving = new AbortController();
  const off = terminal.onInterrupt(() => leaving.abort());
  const { config, split, revision, maxTokens, tokenizer, rows, box } = options;
  if (box !== undefined && rows !== undefined)
    throw new MlInternError('bad-input', 'A box looks at all rows: --rows does not go with --box.', {
      next: 'Leave one of them out.',
    });
  const progress = new RowCount(terminal);
  try {
    const app = await cli.loadApp();
    const request = { id: place, folder: cli.cwd, config, split, revision, maxTokens, tokenizer, rows, box };
    const watch = { signal: leaving.signal, onProgress: (seen: number) => progress.show(seen) };
    const inspected = await app.dataSheet(request, appOptions(cli, options), watch);
    terminal.out(options.json ? `${JSON.stringify(inspected.sheet)}\n` : `${sheetText(inspected)}\n`);
    done(exitCodes.ok);
  } catch (error) {
    if (!leaving.signal.aborted) throw error;
    throw new MlInternError('cancelled', 'The data sheet was cancelled.', { next: 'Start it again when you like.' });
  } finally {
    progress.end();
    off();
  }
}
