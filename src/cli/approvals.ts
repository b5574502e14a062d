/** Asks a person at the terminal about each proposal: approve, reject with a reason, show it in full, edit a script. */
import { editedSource } from '../core/approvals/edited-source';
import { sampleOf } from '../core/data/sample-rows';
import { MlInternError } from '../core/errors';
import type { Proposal } from '../core/run/types';
import type { DecisionInput, RunHandle } from '../core/run/runs';
import { editableText, proposalDetails, proposalText, sampleText } from './proposal-text';
import type { Terminal } from './terminal';

/** Resolves to false when the person has no more answers (the input ended): the run then waits for another surface. */
export async function askAbout(
  proposal: Proposal,
  handle: RunHandle,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<boolean> {
  terminal.err(`\n${proposalText(proposal)}\n`);
  const choices = [
    '[y] approve  [n] reject  [s] show',
    ...(editableText(proposal) === undefined ? [] : ['[e] edit']),
    ...(proposal.kind === 'dataset' ? ['[never] reject for good'] : []),
  ].join('  ');
  for (;;) {
    const answer = await terminal.ask(`${choices} > `, signal);
    if (answer === undefined) return false;
    const decision = await decisionFor(answer.trim().toLowerCase(), proposal, terminal, signal);
    if (decision === undefined) continue;
    try {
      await handle.decide(proposal.id, { ...decision, hash: proposal.hash, surface: 'cli' });
    } catch (error) {
      // An edit that does not hold is asked for again; nothing was decided.
      if (!MlInternError.is(error) || error.reason !== 'bad-input') throw error;
      terminal.err(`${error.message} ${error.next}\n`);
      continue;
    }
    return true;
  }
}

type Answered = Pick<DecisionInput, 'verdict' | 'reason' | 'editedScript' | 'editedSource' | 'never'>;

async function decisionFor(
  answer: string,
  proposal: Proposal,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<Answered | undefined> {
  switch (answer) {
    case 'y':
    case 'yes':
      return { verdict: 'approve' };
    case 'n':
    case 'no':
      return rejection(terminal, signal);
    case 'never':
      return proposal.kind === 'dataset' ? { ...(await rejection(terminal, signal)), never: true } : undefined;
    case 's':
    case 'show':
      terminal.err(`${proposalDetails(proposal)}\n`);
      return undefined;
    case 'e':
    case 'edit':
      return edition(proposal, terminal, signal);
    default:
      terminal.err('Please answer with one of the choices.\n');
      return undefined;
  }
}

async function rejection(terminal: Terminal, signal: AbortSignal): Promise<Answered> {
  const reason = (await terminal.ask('Why (the agent reads this)? > ', signal))?.trim();
  return { verdict: 'reject', ...(reason ? { reason } : {}) };
}

/** What the changed mapping makes of the rows; an edit that does not hold is told when it is sent. */
function editedSample(proposal: Proposal, text: string): string[] {
  if (proposal.subject.kind !== 'dataset') return [];
  try {
    return sampleText(sampleOf(proposal, editedSource(proposal.subject, text)));
  } catch {
    return [];
  }
}

async function edition(proposal: Proposal, terminal: Terminal, signal: AbortSignal): Promise<Answered | undefined> {
  const proposed = editableText(proposal);
  if (proposed === undefined) return undefined;
  const { kind, text, file } = proposed;
  const edited = await terminal.edit(text, file);
  const seen = edited === text ? [] : editedSample(proposal, edited);
  if (seen.length > 0) terminal.err(`${seen.join('\n')}\n`);
  const sure = await terminal.ask(
    edited === text ? 'Unchanged. Approve it? [y/n] > ' : 'Approve your version? [y/n] > ',
    signal,
  );
  if (sure?.trim().toLowerCase() !== 'y') return undefined;
  if (edited === text) return { verdict: 'approve' };
  return { verdict: 'approve', ...(kind === 'script' ? { editedScript: edited } : { editedSource: edited }) };
}
