/** `ml-intern runs tree [RUN]`: the experiments, what each changed, and how sure one may be of each. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { MlInternError } from '../../core/errors';
import { changesOf, nearestScript, type ExperimentChanges } from '../../core/run/changes';
import { changedLines } from '../../core/text/line-diff';
import { treeOf } from '../../core/run/tree';
import type { ExperimentView, RunView } from '../../core/run/view';
import type { Cli, GlobalOptions } from '../app';
import { findRun } from '../find-run';
import { command, examples } from '../options';
import { withRuns } from '../with-runs';
import { changesText, treeText, type CountedChanges } from './tree-text';

interface TreeOptions extends GlobalOptions {
  diff?: string;
}

export function treeCommand(cli: Cli, done: (code: number) => void): Command {
  return command('tree', 'the experiments as a tree: scores, verdicts, failures, and what each changed')
    .argument('[run]', 'id, name or the start of one (default: the newest)')
    .option('--diff <experiment>', 'show what this experiment changed in script, recipe and configuration')
    .addHelpText('after', help)
    .action((wanted: string | undefined, options: TreeOptions) =>
      withRuns(cli, options, async (runs) => {
        const { id } = await findRun(runs, wanted);
        const view = await runs.view(id);
        const reader = new Scripts(runs.folder(id), join(cli.productRoot, 'box/scripts'));
        if (options.diff === undefined) await showTree(cli, view, reader, options);
        else await showDiff(cli, view, reader, options.diff, options);
        done(0);
      }),
    );
}

const help = `${examples(
  ['The newest run', 'ml-intern runs tree'],
  ['What an experiment changed', 'ml-intern runs tree RUN --diff 03-more-rows'],
)}
Differences are to the parent, for a draft to the base model. Verdicts are corrected for all experiments that the budget
allows (Holm), so that equal models are called better or worse in at most 5 % of runs, however often one looks.
`;

async function showTree(cli: Cli, view: RunView, scripts: Scripts, { json }: GlobalOptions): Promise<void> {
  const tree = treeOf(view);
  const changes = await Promise.all(
    view.experiments.map(async (each) => [each.id, await scripts.changes(view, each)] as const),
  );
  const byId = new Map(changes);
  const nodes = tree.nodes.map((node) => ({ ...node, changes: counted(byId.get(node.id)) }));
  if (json) cli.terminal.out(`${JSON.stringify({ runId: view.id, ...tree, nodes })}\n`);
  else cli.terminal.out(`${treeText({ ...tree, nodes })}\n`);
}

const counted = (
  { config, recipe, script }: ExperimentChanges = { config: [], recipe: [], script: [] },
): CountedChanges => {
  return { config, recipe, script: changedLines(script) };
};

async function showDiff(
  cli: Cli,
  view: RunView,
  scripts: Scripts,
  wanted: string,
  { json }: GlobalOptions,
): Promise<void> {
  const experiment = experimentNamed(view, wanted);
  const { id, parent } = experiment;
  const changes = await scripts.changes(view, experiment);
  if (json) cli.terminal.out(`${JSON.stringify({ runId: view.id, experiment: id, parent, ...changes })}\n`);
  else cli.terminal.out(`${changesText(experiment, changes)}\n`);
}

export function experimentNamed(view: RunView, wanted: string): ExperimentView {
  const exact = view.experiments.find(({ id }) => id === wanted);
  const [only, another] = view.experiments.filter(({ id }) => id.startsWith(wanted));
  if (exact) return exact;
  if (only && !another) return only;
  throw new MlInternError('bad-input', `The run ${view.id} has no experiment ${wanted}.`, {
    next: `Use one of: ${view.experiments.map(({ id }) => id).join(', ') || 'none was tried yet'}.`,
  });
}

/** Training scripts as they lie in the run's folder. */
class Scripts {
  constructor(
    private readonly runFolder: string,
    private readonly startingScripts: string,
  ) {}

  async changes(view: RunView, experiment: ExperimentView): Promise<ExperimentChanges> {
    const parent = view.experiments.find(({ id }) => id === experiment.parent);
    const script = await this.of(experiment);
    const before = parent ? { experiment: parent, script: await this.of(parent) } : null;
    return changesOf({ experiment, script }, before, before ? '' : await this.nearest(script));
  }

  private of({ folder }: ExperimentView): Promise<string> {
    return readFile(join(this.runFolder, folder, 'train.py'), 'utf8').catch(() => '');
  }

  /** The starting script that a draft was most likely begun from. */
  private async nearest(script: string): Promise<string> {
    const names = (await readdir(this.startingScripts).catch(() => [])).filter((name) => name.endsWith('.py'));
    const read = async (name: string) => ({ text: await readFile(join(this.startingScripts, name), 'utf8') });
    return nearestScript(script, await Promise.all(names.map(read)))?.text ?? '';
  }
}
