/** `ml-intern data map FILE|ID`: what shape its rows have, and the training rows that a mapping makes of them. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { mappingSchema, type Mapping } from '../../../core/data/mapping';
import { MlInternError } from '../../../core/errors';
import { appOptions, type Cli, type GlobalOptions } from '../../app';
import { exitCodes } from '../../exit-codes';
import { command, examples, wholeNumber } from '../../options';
import { mapText } from './map-text';
import { parseJson } from '../../../core/json';

interface MapOptions extends GlobalOptions {
  config?: string;
  split?: string;
  revision?: string;
  mapping?: string;
  template?: string;
  maxTokens?: number;
  rows?: number;
  out?: string;
}

export function mapCommand(cli: Cli, done: (code: number) => void): Command {
  return command('map', 'tell the format of rows, map them to training rows, show what a model would be trained on')
    .argument('<file|id>', 'a file or folder of this machine, or a dataset of the Hub such as owner/name')
    .option('--mapping <json|file>', 'the mapping to use (default: the one that the format suggests)')
    .option('--template <path|id>', 'render the rows through the chat template of this model, and check them')
    .option('--max-tokens <n>', 'with --template: longer rows would be cut (default: 2048)', wholeNumber)
    .option('--rows <n>', 'most rows to read (default: all)', wholeNumber)
    .option('--out <file>', 'write the training rows to a JSON lines file')
    .option('--config <name>', 'configuration of a dataset that has several')
    .option('--split <name>', 'default: train')
    .option('--revision <commit>', 'default: the newest')
    .addHelpText('after', help)
    .action((place: string, options: MapOptions) => map(cli, place, options, done));
}

const help = `${examples(
  ['What is it?', 'ml-intern data map rows.jsonl'],
  ['With a mapping of your own', `ml-intern data map rows.csv --mapping '{"prompt": "{q}\\n", "completion": "{a}"}'`],
  ['As the model will see it', 'ml-intern data map rows.jsonl --template Qwen/Qwen3-0.6B --out train.jsonl'],
)}
Every row is counted as mapped or unmapped, with the reason; row numbers count from 0. The exit code is 0 when the rows
were read, whatever they are.
`;

async function map(cli: Cli, place: string, options: MapOptions, done: (code: number) => void): Promise<void> {
  const { terminal } = cli;
  const leaving = new AbortController();
  const off = terminal.onInterrupt(() => leaving.abort());
  const { config, split, revision, template, maxTokens, rows, out } = options;
  try {
    const mapping = options.mapping === undefined ? undefined : await readMapping(options.mapping, cli.cwd);
    const app = await cli.loadApp();
    const request = {
      ...{ id: place, folder: cli.cwd, config, split, revision, mapping, template, maxTokens, rows },
      ...(out === undefined ? {} : { out: resolve(cli.cwd, out) }),
    };
    const answer = await app.mapData(request, appOptions(cli, options), leaving.signal);
    terminal.out(options.json ? `${JSON.stringify(answer)}\n` : `${mapText(answer)}\n`);
    done(exitCodes.ok);
  } catch (error) {
    if (!leaving.signal.aborted) throw error;
    throw new MlInternError('cancelled', 'The mapping was cancelled.', { next: 'Start it again when you like.' });
  } finally {
    off();
  }
}

async function readMapping(text: string, cwd: string): Promise<Mapping> {
  const isInline = text.trimStart().startsWith('{');
  const where = isInline ? '--mapping' : text;
  const json = isInline ? text : await readFile(resolve(cwd, text), 'utf8').catch(() => undefined);
  const next = 'Write {"prompt": "...", "completion": "..."}, or an object whose "to" is messages, preference or text.';
  if (json === undefined) throw new MlInternError('bad-input', `The mapping ${text} cannot be read.`, { next });
  const parsed = mappingSchema.safeParse(parseJson(json));
  if (!parsed.success) throw new MlInternError('bad-input', `${where} is no mapping.`, { next });
  return parsed.data;
}
