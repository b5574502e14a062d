import { Argument, type Command } from 'commander';
import { MlInternError } from '../../core/errors';
import type { Cli, GlobalOptions } from '../app';
import { findRun } from '../find-run';
import { command, examples } from '../options';
import { withRuns } from '../with-runs';

interface DecideOptions extends GlobalOptions {
  reason?: string;
}

export function decideCommand(cli: Cli, done: (code: number) => void): Command {
  return command('decide', 'answer what a run asks, when nobody drives it (deciding twice is harmless)')
    .argument('<run>', 'id, name or the start of one')
    .argument('<proposal>', 'id of the proposal, as "ml-intern runs show" tells it')
    .addArgument(new Argument('<verdict>').choices(['approve', 'reject']))
    .option('--reason <text>', 'why; the agent reads it')
    .addHelpText(
      'after',
      examples(
        ['See what is asked, answer, go on', 'ml-intern runs show RUN'],
        ['', 'ml-intern runs decide RUN PROPOSAL reject --reason "too noisy"'],
        ['', 'ml-intern runs resume RUN'],
      ),
    )
    .action((wanted: string, proposal: string, verdict: 'approve' | 'reject', options: DecideOptions) =>
      withRuns(cli, options, async (runs) => {
        const { id } = await findRun(runs, wanted);
        const { proposals } = await runs.view(id);
        const known = proposals.find((entry) => entry.proposal.id === proposal);
        if (known === undefined) throw unknownProposal(id, proposal);
        const reason = options.reason === undefined ? {} : { reason: options.reason };
        const input = { verdict, hash: known.proposal.hash, surface: 'cli', ...reason };
        const decision = await runs.decide(id, proposal, input);
        cli.terminal.err(
          `${decision.verdict === 'approve' ? 'Approved' : 'Rejected'} by ${decision.by}. Go on with: ml-intern runs resume ${id}\n`,
        );
        if (options.json) cli.terminal.out(`${JSON.stringify(decision)}\n`);
        done(0);
      }),
    );
}

function unknownProposal(run: string, proposal: string): MlInternError {
  return new MlInternError('bad-input', `The run ${run} has no proposal "${proposal}".`, {
    next: `See what it waits for with "ml-intern runs show ${run}".`,
  });
}
