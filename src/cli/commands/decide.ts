import { Argument, type Command } from 'commander';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { MlInternError } from '../../core/errors';
import type { DecisionInput } from '../../core/run/runs';
import type { Proposal } from '../../core/run/types';
import type { Cli, GlobalOptions } from '../app';
import { editableText, proposalDetails, proposalText } from '../proposal-text';
import { findRun } from '../find-run';
import { command, examples } from '../options';
import { withRuns } from '../with-runs';

interface DecideOptions extends GlobalOptions {
  reason?: string;
  edit?: string;
  never?: boolean;
}

type Asked = 'approve' | 'reject' | 'show';

export function decideCommand(cli: Cli, done: (code: number) => void): Command {
  return command('decide', 'answer what a run asks, when nobody drives it (deciding twice is harmless)')
    .argument('<run>', 'id, name or the start of one')
    .argument('<proposal>', 'id of the proposal, as "ml-intern runs show" tells it')
    .addArgument(new Argument('<verdict>', 'show decides nothing').choices(['approve', 'reject', 'show']))
    .option('--reason <text>', 'why; the agent reads it')
    .option(
      '--edit <file>',
      'approve the text of this file instead: a script, or how rows are used as "show" prints it',
    )
    .option('--never', 'with reject: no run of this workspace may propose this dataset again')
    .addHelpText(
      'after',
      examples(
        ['See what is asked, answer, go on', 'ml-intern runs show RUN'],
        ['', 'ml-intern runs decide RUN PROPOSAL show'],
        ['', 'ml-intern runs decide RUN PROPOSAL reject --reason "too noisy"'],
        ['', 'ml-intern runs resume RUN'],
      ),
    )
    .action((wanted: string, id: string, asked: Asked, options: DecideOptions) =>
      withRuns(cli, options, async (runs) => {
        const run = (await findRun(runs, wanted)).id;
        const { proposals } = await runs.view(run);
        const known = proposals.find((entry) => entry.proposal.id === id);
        if (known === undefined) throw unknownProposal(run, id);
        if (asked === 'show') show(cli, known.proposal, options);
        else {
          const input = await inputOf(cli, known.proposal, asked, options);
          const decision = await runs.decide(run, id, input);
          const word = decision.verdict === 'approve' ? 'Approved' : 'Rejected';
          cli.terminal.err(
            `${word}${decision.edited ? ' as edited' : ''} by ${decision.by}. Go on with: ml-intern runs resume ${run}\n`,
          );
          if (options.json) cli.terminal.out(`${JSON.stringify(decision)}\n`);
        }
        done(0);
      }),
    );
}

function show({ terminal }: Cli, proposal: Proposal, { json }: DecideOptions): void {
  if (json) terminal.out(`${JSON.stringify(proposal)}\n`);
  else terminal.out(`${proposalText(proposal)}\n\n${proposalDetails(proposal)}\n`);
}

async function inputOf(
  cli: Cli,
  proposal: Proposal,
  verdict: 'approve' | 'reject',
  { reason, edit, never }: DecideOptions,
): Promise<DecisionInput> {
  if (verdict === 'approve' ? never === true : edit !== undefined)
    throw new MlInternError('bad-input', verdict === 'approve' ? '--never rejects.' : '--edit approves.', {
      next: 'Leave that option out, or give the other verdict.',
    });
  return {
    ...{ verdict, hash: proposal.hash, surface: 'cli' },
    ...(reason === undefined ? {} : { reason }),
    ...(never === true ? { never } : {}),
    ...(edit === undefined ? {} : editedInput(proposal, await readFile(resolve(cli.cwd, edit), 'utf8'))),
  };
}

/** A text to edit is a script or the use of a dataset; anything else the run refuses. */
function editedInput(proposal: Proposal, text: string): Pick<DecisionInput, 'editedScript' | 'editedSource'> {
  return editableText(proposal)?.kind === 'source' ? { editedSource: text } : { editedScript: text };
}

function unknownProposal(run: string, proposal: string): MlInternError {
  return new MlInternError('bad-input', `The run ${run} has no proposal "${proposal}".`, {
    next: `See what it waits for with "ml-intern runs show ${run}".`,
  });
}
