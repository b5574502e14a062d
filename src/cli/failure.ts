/** How a failure is told: what happened, what to do next, and an exit code that a script can act on. */
import { toMlInternError, type ErrorReason, type MlInternError } from '../core/errors';
import { exitCodes } from './exit-codes';
import { plain } from './format';
import type { Terminal } from './terminal';

const codes: Partial<Record<ErrorReason, number>> = {
  'bad-input': exitCodes.badUsage,
  'benchmark-invalid': exitCodes.badUsage,
  'run-not-found': exitCodes.badUsage,
  'approval-needed': exitCodes.waitsForApproval,
  'budget-spent': exitCodes.noBetterModel,
  'run-locked': exitCodes.runLocked,
  cancelled: exitCodes.interrupted,
};

/** Tells the failure (as the one JSON object when `json`) and returns the exit code. */
export function tellFailure(thrown: unknown, terminal: Terminal, json: boolean): number {
  const error = toMlInternError(thrown);
  terminal.err(`${failureText(error)}\n`);
  if (json) terminal.out(`${JSON.stringify({ error: failureObject(error) })}\n`);
  return exitCodeOf(error.reason);
}

export function exitCodeOf(reason: string): number {
  return codes[reason as ErrorReason] ?? exitCodes.failed;
}

export function failureText({ message, next }: Pick<MlInternError, 'message' | 'next'>): string {
  return `ml-intern: ${plain(message)}\n  Next: ${plain(next)}`;
}

export function failureObject({ reason, message, next }: { reason: string; message: string; next: string }) {
  return { reason, message, next };
}
