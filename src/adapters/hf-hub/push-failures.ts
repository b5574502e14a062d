/** How a Hub says no to a push, as typed errors that say what to do. */
import { isAbort, MlInternError } from '../../core/errors';
import { saidBy } from '../../core/http/failures';
import { HubApiError } from '@huggingface/hub';

export interface PushSubject {
  endpoint: string;
  /** `owner/name`; empty for the account. */
  repo: string;
}

export function noToken(endpoint: string): MlInternError {
  return new MlInternError('hub-auth', `${endpoint} takes a push only with a token, and none is set.`, {
    next: `Make one that may write at ${endpoint}/settings/tokens, then set HF_TOKEN, or run "ML Intern: Set Hub Token" in the editor.`,
  });
}

export async function refusedPush(response: Response, subject: PushSubject): Promise<MlInternError> {
  const said = await saidBy(response);
  const isGone = response.headers.get('x-error-code') === 'RepoNotFound' || response.status === 404;
  return isGone ? notThere(said, subject) : refused(response.status, said, subject);
}

/** What the client throws, and what fails below HTTP. */
export function pushFailure(error: unknown, subject: PushSubject): unknown {
  if (MlInternError.is(error) || isAbort(error)) return error;
  // Said of a single file, within an answer that is fine otherwise.
  if (error instanceof HubApiError) return refused(error.statusCode, error.message, subject);
  const why = error instanceof Error ? error.message : String(error);
  return unreachable(subject.endpoint, `its answer was not what a Hub sends (${why})`, error);
}

export function unreachable(endpoint: string, why: string, cause: unknown): MlInternError {
  return new MlInternError('hub-unavailable', `The push to ${endpoint} was cut off: ${why}.`, {
    next: 'Nothing was committed unless the cut came last of all. Give the same command again: what arrived is not sent again.',
    cause,
  });
}

function notThere(said: string, { endpoint, repo }: PushSubject): MlInternError {
  return new MlInternError('hub-not-found', `${repo} is not on ${endpoint}, or not for this account (${said}).`, {
    next: 'Check its name and the token.',
  });
}

function refused(status: number, said: string, { endpoint, repo }: PushSubject): MlInternError {
  if (status === 402 || status === 413 || (status === 403 && /storage|quota|limit|plan\b/i.test(said)))
    return new MlInternError('hub-quota', `There is no room for ${repo} on ${endpoint}: ${said}.`, {
      next: `Nothing was committed. Make room or get more at ${endpoint}/settings/billing, or keep the model here with "ml-intern runs ship --to".`,
    });
  if (status === 401)
    return new MlInternError('hub-auth', `${endpoint} refused the token: ${said}.`, {
      next: `Check it at ${endpoint}/settings/tokens: it may have been revoked, or belong to another Hub.`,
    });
  if (status === 403)
    return new MlInternError('hub-auth', `The token may not write to ${repo}: ${said}.`, {
      next: `Use a token with write access to it (${endpoint}/settings/tokens), or name a repository of your own.`,
    });
  if (status === 409 || status === 412)
    return new MlInternError('hub-conflict', `${repo} was changed by somebody else meanwhile: ${said}.`, {
      next: 'Nothing was committed. Give the command again, and look at what it would do now.',
    });
  return unreachable(endpoint, said, undefined);
}
