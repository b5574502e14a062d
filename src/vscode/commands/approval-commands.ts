/** Deciding about proposals, from the palette, documents and trees alike. A proposal that is not on the screen is opened, not approved. */
import type { Decider } from '../proposals/decide';
import { openProposal, openSettingsOfScript } from '../proposals/open';
import { namedProposal, pickPending, proposalInFront, type ProposalRef } from '../proposals/target';
import { trusted } from '../problems';
import type { RunsModel } from '../runs-model';
import type { CommandHandler, Commands } from './ids';

type ApprovalCommand = Extract<keyof Commands, `mlIntern.approval.${string}` | `mlIntern.dataset.${string}`>;

export function approvalCommands(model: RunsModel, decider: Decider): Commands<ApprovalCommand> {
  const open: CommandHandler = async (argument) => {
    const ref = namedProposal(argument) ?? (await pickPending(model));
    if (ref !== undefined) await openProposal(model, ref, { keepFocus: false });
  };
  const decide = (act: (ref: ProposalRef) => Promise<unknown>): CommandHandler => {
    return async (argument) => {
      if (!trusted()) return;
      const ref = namedProposal(argument) ?? proposalInFront();
      if (ref === undefined) await open();
      else await act(ref);
    };
  };
  return {
    'mlIntern.approval.open': open,
    'mlIntern.approval.approve': decide((ref) => decider.approve(ref)),
    'mlIntern.approval.edit': decide((ref) => decider.edit(ref)),
    'mlIntern.approval.sample': decide((ref) => decider.edit(ref)),
    'mlIntern.approval.approveEdited': decide((ref) => decider.approveEdited(ref)),
    'mlIntern.approval.reject': decide((ref) => decider.reject(ref)),
    'mlIntern.approval.settings': async (argument) => {
      const ref = namedProposal(argument) ?? proposalInFront();
      if (ref !== undefined) await openSettingsOfScript(model, ref);
    },
    'mlIntern.dataset.accept': decide((ref) => decider.approve(ref)),
    'mlIntern.dataset.reject': decide((ref) => decider.reject(ref)),
    'mlIntern.dataset.never': decide((ref) => decider.never(ref)),
  };
}
