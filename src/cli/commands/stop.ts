import { hostname } from 'node:os';
import type { Command } from 'commander';
import { MlInternError } from '../../core/errors';
import type { Cli, GlobalOptions } from '../app';
import { findRun } from '../find-run';
import { readHolder, type Holder } from '../holder';
import { command, examples } from '../options';
import { withRuns } from '../with-runs';

export function stopCommand(cli: Cli, done: (code: number) => void): Command {
  return command('stop', 'stop a run that another ml-intern process drives; it can be resumed')
    .argument('[run]', 'id, name or the start of one (default: the newest that is being driven)')
    .addHelpText('after', examples(['From a second terminal', 'ml-intern runs stop']))
    .action((wanted: string | undefined, options: GlobalOptions) =>
      withRuns(cli, options, async (runs) => {
        const run = await findRun(runs, wanted, ({ active }) => active);
        const holder = await readHolder(runs.folder(run.id));
        const asked = run.active && holder !== undefined;
        if (asked) askToStop(run.id, holder);
        cli.terminal.err(
          `${asked ? `Asked process ${holder.pid} to stop run ${run.id}.` : notDriven(run.id, holder)}\n`,
        );
        if (options.json)
          cli.terminal.out(`${JSON.stringify({ runId: run.id, asked, pid: asked ? holder.pid : null })}\n`);
        done(0);
      }),
    );
}

function notDriven(id: string, holder: Holder | undefined): string {
  const stale =
    holder === undefined
      ? ''
      : ` Its lock names process ${holder.pid} on ${holder.host}, which is gone: the lock is stale and does no harm.`;
  return `Nobody drives run ${id}, so there is nothing to stop.${stale}`;
}

/** The editor's process drives more than one thing: it is never signalled. */
function askToStop(id: string, holder: Holder): void {
  if (holder.host !== hostname())
    throw locked(id, `process ${holder.pid} on ${holder.host} drives it`, 'Stop it on that machine.');
  if (holder.surface === 'editor') {
    throw locked(id, 'VS Code drives it', 'Stop it there: ML Intern: Stop Run, or the stop button of the run panel.');
  }
  process.kill(holder.pid, 'SIGINT');
}

function locked(id: string, who: string, next: string): MlInternError {
  return new MlInternError('run-locked', `Run ${id} cannot be stopped from here: ${who}.`, { next });
}
