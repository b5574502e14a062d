/** What the Hub refuses, as typed errors that say what to do next. */
import { isAbort, MlInternError, type ErrorReason } from '../../core/errors';
import { saidBy } from '../../core/http/failures';
import { NoAnswer } from '../../core/http/retry';

export async function refusal(response: Response, endpoint: string, namespace: string): Promise<MlInternError> {
  const said = await saidBy(response);
  const error = (reason: ErrorReason, message: string, next: string) => new MlInternError(reason, message, { next });
  switch (response.status) {
    case 401:
      return error('box-auth', `The Hub at ${endpoint} refused the token (${said}).`, tokenAdvice(endpoint));
    case 402:
      return error(
        'box-credit',
        `HF Jobs needs credit for this: ${said}.`,
        `Add credits at ${endpoint}/settings/billing, or choose cheaper hardware: \`ml-intern box hardware\`.`,
      );
    case 403:
      return error(
        'box-auth',
        `The token may not run jobs as ${namespace} (${said}).`,
        `Give it the permission to run jobs (job.write) at ${endpoint}/settings/tokens, or name another account: hf-jobs:FLAVOR@ACCOUNT.`,
      );
    case 404:
      return error('bad-input', `The Hub at ${endpoint} has no such job (${said}).`, 'List the jobs of the box.');
    case 400:
    case 413:
    case 422:
      return error(
        'bad-input',
        `HF Jobs refused the request: ${said}.`,
        'See `ml-intern box hardware` for the flavors.',
      );
    default:
      return unreachable(endpoint, said);
  }
}

export function noToken(endpoint: string): MlInternError {
  return new MlInternError('box-auth', 'HF Jobs needs a Hub token, and none is set.', { next: tokenAdvice(endpoint) });
}

export function unreachable(endpoint: string, why: string, cause?: unknown): MlInternError {
  return new MlInternError('box-unreachable', `The Hub at ${endpoint} could not answer: ${why}.`, {
    next: 'Nothing needs to be done for jobs that run: they go on. Check the network, then try again.',
    cause,
  });
}

/** Failures below HTTP and answers that make no sense. */
export function asTyped(error: unknown, endpoint: string): unknown {
  if (MlInternError.is(error) || isAbort(error)) return error;
  if (error instanceof NoAnswer) return unreachable(endpoint, error.why, error);
  return unreachable(endpoint, 'its answer was not what a Hub sends (a proxy or sign-in page?)', error);
}

function tokenAdvice(endpoint: string): string {
  return `Make a token with the permission to run jobs at ${endpoint}/settings/tokens and give it as HF_TOKEN.`;
}
