/** `ml-intern data overlap`: looks for evaluation items in training files, here or on a box. */
import { basename, resolve } from 'node:path';
import type { Command } from 'commander';
import { benchmarkNamed, knownRelations } from '../../../core/data/known-overlap';
import type { OverlapOrder, OverlapResult } from '../../../core/data/overlap-check';
import { isAbort, MlInternError } from '../../../core/errors';
import { appOptions, type Cli, type GlobalOptions } from '../../app';
import { exitCodes } from '../../exit-codes';
import { boxRootOption, command, examples, share, wholeNumber } from '../../options';
import { RowCount } from '../../row-count';
import { writeReport } from './overlap-report';
import { overlapText, type OverlapAnswer } from './overlap-text';

interface OverlapOptions extends GlobalOptions {
  train: string[];
  eval: string;
  question?: string;
  answer?: string;
  report?: string;
  remove?: string;
  box?: string;
  processes?: number;
  embeddingModel?: string;
  semanticThreshold?: number;
}

export function overlapCommand(cli: Cli, done: (code: number) => void): Command {
  return command('overlap', 'look for evaluation items in training files: copies, near copies, leaked answers')
    .requiredOption('--train <files...>', 'training files: jsonl, json, csv, tsv (also .gz) or parquet')
    .requiredOption('--eval <file>', 'evaluation items, one a row, in one of the same formats')
    .option('--question <column>', 'compare this column only (default: all text)')
    .option('--answer <column>', 'the answer that goes with --question')
    .option('--report <path>', 'write what was found: all of it to a .json file, or both that and a page to a folder')
    .option(
      '--remove <out>',
      'write the rows that do not overlap (a folder for several files) and a record of the others',
    )
    .option('--box <host>', 'check files that lie on a box; paths count from the home folder there')
    .option('--processes <n>', 'how many at once (default: one a core)', wholeNumber)
    .option('--embedding-model <id>', 'also find rows that mean the same: a local path or Hub id (needs transformers)')
    .option('--semantic-threshold <share>', 'cosine similarity from which they do (default: 0.9)', share)
    .addOption(boxRootOption())
    .addHelpText('after', help)
    .action((options: OverlapOptions) => overlap(cli, options, done));
}

const help = `${examples(
  ['Two files at once', 'ml-intern data overlap --train sft.jsonl more.parquet --eval gsm8k-test.jsonl'],
  ['Leave out what overlaps', 'ml-intern data overlap --train sft.jsonl --eval test.jsonl --remove clean.jsonl'],
  ['Where the data lies', 'ml-intern data overlap --box gpu1 --train data/sft.jsonl --eval data/test.jsonl --json'],
)}
A hit is verbatim (the question itself, whatever its case, punctuation or order of choices), near, answer (a long answer
without its question) or semantic (with --embedding-model). Row and item numbers count from 0: lines of a jsonl file,
records of a csv file. The exit code is 0 when the check was made, whatever it found.
`;

async function overlap(cli: Cli, options: OverlapOptions, done: (code: number) => void): Promise<void> {
  const { terminal } = cli;
  const leaving = new AbortController();
  const off = terminal.onInterrupt(() => leaving.abort());
  const progress = new RowCount(terminal);
  try {
    const app = await cli.loadApp();
    const watch = { signal: leaving.signal, onProgress: (rows: number) => progress.show(rows) };
    const result = await app.checkOverlap(
      options.box ?? 'local',
      orderOf(options, cli.cwd),
      appOptions(cli, options),
      watch,
    );
    const answer = withNames(result, options);
    const written = options.report === undefined ? [] : await writeReport(resolve(cli.cwd, options.report), answer);
    terminal.out(options.json ? `${JSON.stringify(answer)}\n` : `${overlapText(answer, terminal.columns())}\n`);
    for (const file of written) terminal.line(`Written: ${file}`);
    done(exitCodes.ok);
  } catch (error) {
    if (!leaving.signal.aborted || !isAbort(error)) throw error;
    throw new MlInternError('cancelled', 'The overlap check was cancelled.', {
      next: 'Start it again when you like.',
    });
  } finally {
    progress.end();
    off();
  }
}

function orderOf(options: OverlapOptions, cwd: string): OverlapOrder {
  if (options.answer !== undefined && options.question === undefined) {
    throw new MlInternError('bad-input', '--answer was given without --question.', { next: 'Name both columns.' });
  }
  const place = (path: string) => (options.box === undefined || options.box === 'local' ? resolve(cwd, path) : path);
  return {
    train: options.train.map(place),
    eval: place(options.eval),
    ...(options.question === undefined
      ? {}
      : {
          columns: { question: options.question, ...(options.answer === undefined ? {} : { answer: options.answer }) },
        }),
    ...(options.remove === undefined ? {} : { remove: place(options.remove) }),
    ...(options.processes === undefined ? {} : { processes: options.processes }),
    ...(options.embeddingModel === undefined ? {} : { embeddingModel: modelOf(options.embeddingModel, place) }),
    ...(options.semanticThreshold === undefined ? {} : { semanticThreshold: options.semanticThreshold }),
  };
}

/** A folder is named by a path that begins with `.`, `/` or `~`; everything else is an id on the Hub. */
function modelOf(named: string, place: (path: string) => string): string {
  return named.startsWith('.') ? place(named) : named;
}

/** What the files' names and their rows' sources give away. */
function withNames(result: OverlapResult, { train, eval: items }: OverlapOptions): OverlapAnswer {
  const evaluation = benchmarkNamed(basename(items));
  const sources = Object.keys(result.sources);
  const known = knownRelations(evaluation, { ids: train.map((path) => basename(path)), sources });
  return { ...result, evaluation, known };
}
