/** `ml-intern runs recipes [RUN]`: what the literature says worked, as a run noted it. */
import { Option, type Command } from 'commander';
import { recipeCsv, recipeMarkdown } from '../../core/research/recipe-table';
import type { Cli, GlobalOptions } from '../app';
import { findRun } from '../find-run';
import { command, examples } from '../options';
import { withRuns } from '../with-runs';

interface RecipesOptions extends GlobalOptions {
  csv?: boolean;
}

export function recipesCommand(cli: Cli, done: (code: number) => void): Command {
  return command('recipes', 'the recipe table: results of papers and what they were reached with, each with its quote')
    .argument('[run]', 'id, name or the start of one (default: the newest)')
    .addOption(new Option('--csv', 'one line a quoted value').conflicts('json'))
    .addHelpText(
      'after',
      examples(
        ['Read it', 'ml-intern runs recipes | less'],
        ['Open it in a spreadsheet', 'ml-intern runs recipes --csv > recipes.csv'],
      ),
    )
    .action((wanted: string | undefined, options: RecipesOptions) =>
      withRuns(cli, options, async (runs) => {
        const { id } = await findRun(runs, wanted);
        const { recipeTable: rows } = await runs.view(id);
        if (options.json) cli.terminal.out(`${JSON.stringify({ runId: id, rows })}\n`);
        else if (options.csv) cli.terminal.out(recipeCsv(rows));
        else cli.terminal.out(rows.length === 0 ? 'No recipe was noted in this run.\n' : `${recipeMarkdown(rows)}\n`);
        done(0);
      }),
    );
}
