/** How a driven run ends for the person and for the calling script. */
import type { RunHandle, Runs } from '../core/run/runs';
import type { RunView } from '../core/run/view';
import type { Cli, GlobalOptions } from './app';
import { proposalText } from './proposal-text';
import { drive, type Driven } from './drive';
import { exitCodes } from './exit-codes';
import { exitCodeOf, failureObject, failureText } from './failure';
import { needsPerson } from './pending';
import { runResult } from './result';
import { standInsOf } from './stand-ins';
import { runSummary } from './summary';

/** Drives the run, lets go of it, tells how it ended, and returns the exit code. */
export async function driveToEnd(runs: Runs, handle: RunHandle, cli: Cli, options: GlobalOptions): Promise<number> {
  const { terminal } = cli;
  terminal.err(`Run ${handle.id}: ${runs.folder(handle.id)}\n`);
  const driven = await drive(handle, terminal, { ask: terminal.interactive });
  const ending = endingOf(driven);
  const standIns = await standInsOf(driven.view.config, cli.home);
  const folder = runs.folder(handle.id);
  if (ending.code === exitCodes.waitsForApproval) tellWaiting(driven.view, cli, options);
  else if (hasResults(driven.view)) terminal.err(`\n${runSummary(driven.view, folder, standIns)}\n`);
  if (ending.problem !== null) terminal.err(`\n${failureText(ending.problem)}\n`);
  if (driven.view.state !== 'finished')
    terminal.err(`\nTo go on: ${cli.command} ${resumeArguments(driven.view, options)}\n`);
  if (options.json) {
    const result = runResult(driven.view, folder, standIns);
    terminal.out(`${JSON.stringify({ ...result, ...ending.extra })}\n`);
  }
  return ending.code;
}

function hasResults(view: RunView): boolean {
  return view.state === 'finished' || view.baseline.dev !== null || view.experiments.length > 0;
}

interface Ending {
  code: number;
  problem: { reason: string; message: string; next: string } | null;
  extra: object;
}

/** An unfinished run's JSON says why beside what there is so far. */
function endingOf({ view, outcome, oldProblems }: Driven): Ending {
  if (view.state === 'finished') {
    return {
      code: view.promotion?.verdict === 'better' ? exitCodes.ok : exitCodes.noBetterModel,
      problem: null,
      extra: {},
    };
  }
  if (outcome === 'interrupted') {
    const problem = { reason: 'cancelled', message: 'Stopped on request.', next: 'Resume the run to go on.' };
    return { code: exitCodes.interrupted, problem: null, extra: { error: problem } };
  }
  if (outcome === 'waits') {
    const asked = needsPerson(view).map(({ id, kind, title, hash }) => ({ id, kind, title, hash }));
    return { code: exitCodes.waitsForApproval, problem: null, extra: { waitsFor: asked } };
  }
  const problem = view.problems.slice(oldProblems).at(-1) ?? null;
  if (problem === null) return { code: exitCodes.noBetterModel, problem, extra: {} };
  return { code: exitCodeOf(problem.reason), problem, extra: { error: failureObject(problem) } };
}

function tellWaiting(view: RunView, { terminal, command }: Cli, options: GlobalOptions): void {
  for (const proposal of needsPerson(view)) {
    const where = options.workspace === undefined ? '' : ` --workspace ${quoted(options.workspace)}`;
    const decide = `${command} runs decide ${view.id} ${quoted(proposal.id)}`;
    terminal.err(
      `\n${proposalText(proposal)}\n  ${decide} approve${where}\n  ${decide} reject --reason "..."${where}\n`,
    );
  }
}

function resumeArguments({ id, config }: RunView, { workspace }: GlobalOptions): string {
  const where = workspace === undefined ? '' : ` --workspace ${quoted(workspace)}`;
  const model = config && !config.practice ? ` --model-url ${quoted(config.model.baseUrl)}` : '';
  return `runs resume ${id}${where}${model}`;
}

function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
