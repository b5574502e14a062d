/** `fetch` for the Hub: the token goes to the Hub's own origin only, and refusals become typed errors that say what to do. */
import { isAbort, MlInternError } from '../../core/errors';
import { withToken } from '../../core/http/bound-token';
import { saidBy } from '../../core/http/failures';
import { NoAnswer, type Fetch } from '../../core/http/retry';

export interface HubCall {
  endpoint: string;
  /** The dataset asked about, for the words of an error. */
  subject: string;
  token: string | undefined;
  signal: AbortSignal | undefined;
}

/** The shape that @huggingface/hub wants. A missing or empty file stays a plain answer: callers know what to make of it. */
export function hubFetch(patient: Fetch, call: HubCall): typeof globalThis.fetch {
  return async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    const headers = withToken(init?.headers, url, call.endpoint, call.token);
    const response = await patient(url, { ...init, headers, ...(call.signal && { signal: call.signal }) });
    const noFile = response.headers.get('x-error-code') === 'EntryNotFound' || response.status === 416;
    if (response.ok || noFile) return response;
    throw await refusal(response, call);
  };
}

async function refusal(response: Response, call: HubCall): Promise<MlInternError> {
  const { endpoint, subject, token } = call;
  const code = response.headers.get('x-error-code');
  const said = await saidBy(response);
  if (code === 'GatedRepo') {
    const next = `Ask for access at ${endpoint}/datasets/${subject}, then give the Hub token of the account that has it.`;
    return new MlInternError('hub-gated', `The dataset ${subject} is only for people its authors let in.`, { next });
  }
  if (code === 'RevisionNotFound') {
    const next = 'Leave the revision out to take the newest one, or choose one that exists.';
    return new MlInternError('hub-not-found', `The dataset ${subject} has no such revision.`, { next });
  }
  if (code === 'RepoNotFound' || response.status === 404 || (response.status === 401 && token === undefined)) {
    return noSuchDataset(endpoint, subject, token !== undefined);
  }
  return unavailable(endpoint, said, adviceFor(response.status));
}

export function noSuchDataset(endpoint: string, subject: string, hasToken: boolean): MlInternError {
  const next = hasToken ? 'Check its name.' : 'Check its name, or give a Hub token if it is private.';
  const message = `The dataset ${subject} does not exist on ${endpoint}, or is private.`;
  return new MlInternError('hub-not-found', message, { next });
}

function adviceFor(status: number): string {
  if (status === 401) return 'The Hub token was refused: check it, or go on without one.';
  if (status === 429) return 'Wait a few minutes, or give a Hub token: it raises the limit.';
  return 'Try again later; the Hub endpoint can be changed in the settings.';
}

export function unavailable(endpoint: string, why: string, next: string, cause?: unknown): MlInternError {
  return new MlInternError('hub-unavailable', `The Hub at ${endpoint} could not answer: ${why}.`, { next, cause });
}

/** Failures below HTTP and answers that make no sense, as typed errors. */
export function hubFailure(error: unknown, endpoint: string): unknown {
  if (error instanceof MlInternError || isAbort(error)) return error;
  const next = 'Check the network and the Hub endpoint in the settings, then resume.';
  if (error instanceof NoAnswer) return unavailable(endpoint, error.why, next, error);
  return unavailable(endpoint, 'its answer was not what a Hub sends (a proxy or sign-in page?)', next, error);
}
