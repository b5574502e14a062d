/** `ml-intern data build`: compiles a recipe to training rows, here or on a box. */
import { homedir } from 'node:os';
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import type { BuildResult } from '../../../core/data/build';
import { parseRecipe } from '../../../core/data/recipe';
import { isAbort, MlInternError } from '../../../core/errors';
import type { Recipe, RenderedSample, Waterfall } from '../../../core/run/types';
import { appOptions, type Cli, type GlobalOptions } from '../../app';
import { exitCodes } from '../../exit-codes';
import { count, plain, shorten, table } from '../../format';
import { readJson } from '../../given-file';
import { boxRootOption, command, examples } from '../../options';

interface BuildOptions extends GlobalOptions {
  out: string;
  box?: string;
}

export function buildCommand(cli: Cli, done: (code: number) => void): Command {
  return command('build', 'compile a recipe to training rows, with a count at each stage')
    .argument('<recipe.json>', 'which rows of which datasets or files, in what mixture')
    .option(
      '--out <dir>',
      'folder for train.jsonl, waterfall.json, provenance.jsonl, recipe.json and render.json',
      'train-data',
    )
    .option('--box <host>', 'compile on a box; files and --out count from the home folder there')
    .addOption(boxRootOption())
    .addHelpText('after', help)
    .action((file: string, options: BuildOptions) => build(cli, file, options, done));
}

const help = `${examples(
  ['A recipe of local files', 'ml-intern data build recipe.json --out data'],
  ['Where the datasets are cached', 'ml-intern data build recipe.json --box gpu1 --out data/sft --json'],
)}
A recipe, with everything that is not needed in brackets:
  {"seed": 1, ["maxTokens", "tokenizer", "dedup": {"exact": true, "near": 0.8, "by": "row"}, "caps": {"rows", "tokens"},]
   "sources": [{"dataset": {"id", "revision", "config", "split"} or {"file": "rows.jsonl"}, "mapping": {...},
                ["weight": 1.5, "share", "maxRows", "filters": [...], "excludeRows": [3, 17]]}]}
Filters are {"kind": "length", "unit": "characters"|"words"|"tokens", "min", "max"}, {"kind": "language", "keep": ["en"]},
{"kind": "range", "column", "min", "max"}, {"kind": "value", "column", "keep": [..], "drop": [..]},
{"kind": "regex", "keep", "drop", "ignoreCase"} and {"kind": "quality", "rules": {...}}; those that name a "column"
look at it before the mapping, the others at what will be trained on. The same recipe gives the same bytes everywhere.
`;

async function build(cli: Cli, file: string, options: BuildOptions, done: (code: number) => void): Promise<void> {
  const { terminal } = cli;
  const leaving = new AbortController();
  const off = terminal.onInterrupt(() => leaving.abort());
  try {
    const isHere = options.box === undefined || options.box === 'local';
    const recipe = await readRecipe(resolve(cli.cwd, file), file, isHere);
    const app = await cli.loadApp();
    const order = { recipe, out: isHere ? resolve(cli.cwd, options.out) : options.out };
    const watch = { signal: leaving.signal, onProgress: (text: string) => terminal.line(plain(text)) };
    const result = await app.buildData(options.box ?? 'local', order, appOptions(cli, options), watch);
    terminal.out(options.json ? `${JSON.stringify(result)}\n` : `${buildText(result, terminal.columns())}\n`);
    done(exitCodes.ok);
  } catch (error) {
    if (!leaving.signal.aborted || !isAbort(error)) throw error;
    throw new MlInternError('cancelled', 'The compiling was cancelled.', { next: 'Start it again when you like.' });
  } finally {
    off();
  }
}

/** Files that it names lie beside it, where it is compiled on this machine. */
async function readRecipe(path: string, name: string, isHere: boolean): Promise<Recipe> {
  const recipe = parseRecipe(await readJson(path, name), name);
  if (!isHere) return recipe;
  const place = (file: string) => resolve(dirname(path), file.replace(/^~(?=\/)/, homedir()));
  return {
    ...recipe,
    sources: recipe.sources.map((source) =>
      source.dataset.file === undefined
        ? source
        : { ...source, dataset: { ...source.dataset, file: place(source.dataset.file) } },
    ),
  };
}

export function buildText({ rows, file, sha256, waterfall, rendering }: BuildResult, columns: number): string {
  return [
    waterfallText(waterfall, columns),
    '',
    ...unmappedText(waterfall),
    ...(rendering === undefined ? [] : renderingText(rendering)),
    `${count(rows)} training rows${waterfall.tokens === null ? '' : `, ${count(waterfall.tokens)} tokens`}: ${plain(file)}`,
    `SHA-256 ${sha256}`,
  ].join('\n');
}

/** The stages down, the sources across; a stage that a source does not have is left blank. */
export function waterfallText({ stages, sources }: Waterfall, columns: number): string {
  const several = sources.length > 1;
  const width = Math.max(12, Math.floor((columns - 40) / sources.length) - 2);
  const head = ['stage', ...(several ? sources.map(({ dataset }) => tail(plain(dataset), width)) : []), 'rows', 'lost'];
  const body = stages.map(({ name, rows }, at) => {
    const before = stages[at - 1]?.rows ?? rows;
    const each = sources.map((source) => source.stages.find((stage) => stage.name === name)?.rows);
    const cells = several ? each.map((value) => (value === undefined ? '' : count(value))) : [];
    return [plain(name), ...cells, count(rows), rows < before ? count(before - rows) : ''];
  });
  return table([head, ...body]);
}

function unmappedText({ unmapped }: Waterfall): string[] {
  const problems = Object.entries(unmapped).map(([problem, rows]) => `${count(rows)} ${plain(problem)}`);
  return problems.length === 0 ? [] : [`Not mapped: ${problems.join(', ')}`];
}

/** What to mind in the rows as the model sees them; the rows themselves lie in render.json. */
function renderingText({ looked, findings, problem }: RenderedSample): string[] {
  if (problem !== undefined) return [`Not rendered: ${plain(problem)}`];
  const found = findings.map(
    ({ rule, rows, row, message }) => `  ${count(rows)} ${rule}, e.g. row ${row}: ${plain(message)}`,
  );
  const nothing = found.length === 0 ? ': nothing to mind' : '';
  return [`${count(looked)} rows rendered as the model sees them${nothing} (render.json)`, ...found];
}

/** Of a long path its end tells more. */
function tail(text: string, width: number): string {
  return text.length <= width ? text : `…${shorten(text.slice(1 - width), width)}`;
}
