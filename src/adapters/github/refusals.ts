/** What GitHub refuses, and what can be done about it. */
import { MlInternError } from '../../core/errors';
import { saidBy } from '../../core/http/failures';
import { NoAnswer } from '../../core/http/retry';
import type { CodePlace } from '../../core/ports/lookup';

/** When questions to the API are counted and the count is used up: the moment it begins anew, if that is said. */
export function limitReset({ status, headers }: Response): { at: Date | undefined } | undefined {
  if (status !== 429 && status !== 403) return undefined;
  const isSpent = headers.get('x-ratelimit-remaining') === '0';
  if (!isSpent && status !== 429 && !headers.has('retry-after')) return undefined;
  const reset = Number(headers.get('x-ratelimit-reset'));
  const after = Number(headers.get('retry-after'));
  if (isSpent && reset > 0) return { at: new Date(reset * 1000) };
  return { at: after > 0 ? new Date(Date.now() + after * 1000) : undefined };
}

export async function refusal(response: Response, place: CodePlace, hasToken: boolean): Promise<MlInternError> {
  const limit = limitReset(response);
  if (limit) return limited(limit.at, hasToken);
  const { status } = response;
  if (status === 404 || status === 451) return missing(place, hasToken);
  if (status === 401) return unavailable('the GitHub token was refused', 'Check the token, or go on without one.');
  return unavailable(await saidBy(response), 'Try again later.');
}

export function limited(at: Date | undefined, hasToken: boolean): MlInternError {
  const when = at === undefined ? 'for now' : `until ${at.toISOString().slice(11, 16)} UTC`;
  const why = hasToken
    ? 'The limit of the GitHub token is reached'
    : 'GitHub answers 60 questions an hour without a token';
  const give = hasToken ? '' : ' A GitHub token (GITHUB_TOKEN) raises the limit.';
  return new MlInternError('lookup-unavailable', `${why}: no more ${when}.`, {
    next: `Read files by their path, and search with a repository named: neither is counted.${give}`,
  });
}

export function missing({ repo, ref, path }: CodePlace, hasToken: boolean): MlInternError {
  const where = ref === undefined ? repo : `${repo} at ${ref}`;
  const what = path === undefined ? where : `${path} in ${where}`;
  const secret = hasToken ? '' : ', or is private';
  return new MlInternError('lookup-unavailable', `GitHub has no ${what}${secret}.`, {
    next: 'List the repository without a path to see what is there, or check its name and ref.',
  });
}

export function unavailable(why: string, next: string, cause?: unknown): MlInternError {
  return new MlInternError('lookup-unavailable', `GitHub could not answer: ${why}.`, { next, cause });
}

export function typed(error: unknown): unknown {
  if (!(error instanceof NoAnswer)) return error;
  return unavailable(error.why, 'Check the network, or try again later.', error);
}
