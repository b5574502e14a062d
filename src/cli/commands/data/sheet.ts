/** `ml-intern data sheet FILE|ID`: what is known of a dataset before any of it is used. */
import type { Command } from 'commander';
import { MlInternError } from '../../../core/errors';
import { appOptions, type Cli, type GlobalOptions } from '../../app';
import { exitCodes } from '../../exit-codes';
import { command, examples, wholeNumber } from '../../options';
import { sheetText } from './sheet-text';

interface SheetOptions extends GlobalOptions {
  config?: string;
  split?: string;
  revision?: string;
  maxTokens?: number;
  tokenizer?: string;
  rows?: number;
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
    .addHelpText('after', help)
    .action((place: string, options: SheetOptions) => sheet(cli, place, options, done));
}

const help = `${examples(
  ['A file', 'ml-intern data sheet rows.jsonl --tokenizer Qwen/Qwen3-0.6B --max-tokens 1024'],
  ['A dataset of the Hub', 'ml-intern data sheet openai/gsm8k --config main --json'],
)}
From the Hub the rows come from the dataset viewer (at most 1,000, spread over the split), else from the dataset's files
by byte range. The sheet says where they were read and how many were looked at.
`;

async function sheet(cli: Cli, place: string, options: SheetOptions, done: (code: number) => void): Promise<void> {
  const { terminal } = cli;
  const leaving = new AbortController();
  const off = terminal.onInterrupt(() => leaving.abort());
  const { config, split, revision, maxTokens, tokenizer, rows } = options;
  try {
    const app = await cli.loadApp();
    const request = { id: place, folder: cli.cwd, config, split, revision, maxTokens, tokenizer, rows };
    const inspected = await app.dataSheet(request, appOptions(cli, options), leaving.signal);
    terminal.out(options.json ? `${JSON.stringify(inspected.sheet)}\n` : `${sheetText(inspected)}\n`);
    done(exitCodes.ok);
  } catch (error) {
    if (!leaving.signal.aborted) throw error;
    throw new MlInternError('cancelled', 'The data sheet was cancelled.', { next: 'Start it again when you like.' });
  } finally {
    off();
  }
}
