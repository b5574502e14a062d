import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { MlInternError } from '../../core/errors';
import type { Cli, GlobalOptions } from '../app';
import { findRun } from '../find-run';
import { command, examples } from '../options';
import { withRuns } from '../with-runs';

export function reportCommand(cli: Cli, done: (code: number) => void): Command {
  return command('report', "print a run's report (Markdown)")
    .argument('[run]', 'id, name or the start of one (default: the newest)')
    .addHelpText('after', examples(['Read it page by page', 'ml-intern runs report | less']))
    .action((wanted: string | undefined, options: GlobalOptions) =>
      withRuns(cli, options, async (runs) => {
        const { id } = await findRun(runs, wanted);
        const { report } = await runs.view(id);
        if (report === null) throw noReport(id);
        const file = resolve(runs.folder(id), report);
        const text = await readFile(file, 'utf8');
        cli.terminal.out(options.json ? `${JSON.stringify({ runId: id, file, text })}\n` : text);
        done(0);
      }),
    );
}

function noReport(id: string): MlInternError {
  return new MlInternError('bad-input', `The run ${id} has no report yet; it is written at the end.`, {
    next: `See where it stands with "ml-intern runs show ${id}", or finish it with "ml-intern runs resume ${id}".`,
  });
}
