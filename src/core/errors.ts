/** Typed errors: every failure that reaches a person says what happened and why (`message`) and what to do next (`next`). */

export type ErrorReason =
  | 'bad-input'
  | 'cancelled'
  | 'timeout'
  | 'model-auth'
  | 'model-rate-limit'
  | 'model-quota'
  | 'model-unavailable'
  | 'model-garbage'
  | 'model-context'
  | 'model-not-found'
  | 'box-unreachable'
  | 'box-auth'
  | 'box-credit'
  | 'box-host-key-unknown'
  | 'box-host-key-changed'
  | 'box-no-python'
  | 'box-lost-contact'
  | 'box-disk-full'
  | 'box-command'
  | 'job-failed'
  | 'not-approved'
  | 'script-errors'
  | 'hub-auth'
  | 'hub-conflict'
  | 'hub-not-found'
  | 'hub-gated'
  | 'hub-quota'
  | 'hub-unavailable'
  | 'papers-unavailable'
  | 'lookup-unavailable'
  | 'base-model-not-found'
  | 'benchmark-invalid'
  | 'benchmark-changed'
  | 'evaluation-changed'
  | 'judge-unavailable'
  | 'run-locked'
  | 'run-not-found'
  | 'disk-full'
  | 'budget-spent'
  | 'approval-needed'
  | 'internal';

export interface ErrorOptionsWithNext {
  next: string;
  cause?: unknown;
}

export class MlInternError extends Error {
  override readonly name = 'MlInternError';
  readonly next: string;

  constructor(
    readonly reason: ErrorReason,
    message: string,
    options: ErrorOptionsWithNext,
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.next = options.next;
  }

  static is(error: unknown, reason?: ErrorReason): error is MlInternError {
    // By name, not by class: the product ships as several bundles, each with its own copy of this class.
    return (
      error instanceof Error &&
      error.name === 'MlInternError' &&
      // LangChain wraps what a middleware throws in an error of its own that bears the same name.
      typeof (error as MlInternError).reason === 'string' &&
      (reason === undefined || (error as MlInternError).reason === reason)
    );
  }
}

/** What neither another try nor the agent can mend: the run stops and says so. */
const forPeople: ReadonlySet<ErrorReason> = new Set([
  'box-auth',
  'box-credit',
  'box-host-key-unknown',
  'box-host-key-changed',
  'box-no-python',
  'box-disk-full',
  'disk-full',
  'base-model-not-found',
  'benchmark-changed',
  'evaluation-changed',
  'judge-unavailable',
]);

export function onlyPersonCanMend(error: unknown): error is MlInternError {
  return MlInternError.is(error) && forPeople.has(error.reason);
}

/** Any thrown value as a typed error; a stranger becomes `internal` and keeps its cause. */
export function toMlInternError(error: unknown): MlInternError {
  if (MlInternError.is(error)) return error;
  if (error instanceof Error && MlInternError.is(error.cause)) return error.cause;
  if (isAbort(error))
    return new MlInternError('cancelled', 'Stopped on request.', { next: 'Resume the run to go on.', cause: error });
  const message = error instanceof Error ? error.message : String(error);
  return new MlInternError('internal', `Unexpected failure: ${message}`, {
    next: 'Resume the run to try again; if it happens again, report it with the log of this run.',
    cause: error,
  });
}

export function isAbort(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.name === 'AbortError' || [error, error.cause].some((link) => MlInternError.is(link, 'cancelled'));
}
