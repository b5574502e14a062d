/** `runs watch`: follows a run that another process drives, by replaying its log whenever that has grown. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { finalStates } from '../../core/ports/box';
import type { Runs } from '../../core/run/runs';
import type { RunView } from '../../core/run/view';
import type { Cli, GlobalOptions } from '../app';
import { exitCodes } from '../exit-codes';
import { findRun } from '../find-run';
import { command, examples } from '../options';
import { Progress } from '../progress';
import { runResult } from '../result';
import { standInsOf } from '../stand-ins';
import { runSummary } from '../summary';
import { withRuns } from '../with-runs';
import { stateText } from './list';

const intervalMs = 1000;

export function watchCommand(cli: Cli, done: (code: number) => void): Command {
  return command('watch', 'follow a run that another process drives, until it ends')
    .argument('[run]', 'id, name or the start of one (default: the newest)')
    .addHelpText('after', examples(['From a second terminal', 'ml-intern runs watch']))
    .action((wanted: string | undefined, options: GlobalOptions) =>
      withRuns(cli, options, async (runs) => {
        const { id } = await findRun(runs, wanted);
        const { view, interrupted } = await watch(runs, id, cli);
        const standIns = await standInsOf(view.config, cli.home);
        const { active } = await findRun(runs, id);
        cli.terminal.err(
          `\nRun ${id}: ${stateText({ state: view.state, active })}\n\n${runSummary(view, runs.folder(id), standIns)}\n`,
        );
        if (options.json) cli.terminal.out(`${JSON.stringify(runResult(view, runs.folder(id), standIns))}\n`);
        done(interrupted ? exitCodes.interrupted : watchedCode(view));
      }),
    );
}

function watchedCode(view: RunView): number {
  if (view.state === 'finished') return view.promotion?.experiment ? exitCodes.ok : exitCodes.noBetterModel;
  return view.state === 'waiting' ? exitCodes.waitsForApproval : exitCodes.noBetterModel;
}

/** Ends when the run has ended, when nobody drives it any more, or on Ctrl-C (which does not touch the run). */
async function watch(runs: Runs, id: string, { terminal }: Cli): Promise<{ view: RunView; interrupted: boolean }> {
  const leaving = new AbortController();
  const off = terminal.onInterrupt(() => leaving.abort());
  const progress = new Progress(terminal);
  progress.start();
  try {
    for (let size = -1; ;) {
      const now = await logSize(runs.folder(id));
      const view = await runs.view(id);
      if (now !== size) progress.show(view);
      size = now;
      const { active } = await findRun(runs, id);
      if (leaving.signal.aborted || !active) return { view, interrupted: leaving.signal.aborted };
      await showMetrics(runs, view, progress);
      await sleep(intervalMs, undefined, { signal: leaving.signal }).catch(() => undefined);
    }
  } finally {
    off();
    progress.end();
  }
}

async function showMetrics(runs: Runs, view: RunView, progress: Progress): Promise<void> {
  const job = view.jobs.findLast(({ state }) => !finalStates.has(state));
  if (job !== undefined) progress.addMetrics(job.id, await runs.metrics(view.id, job.id));
}

async function logSize(folder: string): Promise<number> {
  try {
    return (await stat(join(folder, 'events.jsonl'))).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}
