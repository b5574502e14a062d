/** Who may read what on the miniature Hub, and how it says no. Clients go by `X-Error-Code`, because the URL is plain http. */
import { json, type PracticeRequest, type Reply } from './exchange';
import type { Repo } from './repository';

/** Whose token it is, and the organization that they may write to. */
export const accountName = 'practice';
export const organization = 'glim';

export type TokenRole = 'read' | 'write';

export interface HubAccount {
  /** The one token that opens what is not for everybody. */
  token: string | undefined;
  /** What the token may do; absent: write. */
  role?: TokenRole;
}

export function tokenOf(request: PracticeRequest): string | undefined {
  return /^Bearer (.+)$/.exec(request.headers['authorization'] ?? '')?.[1];
}

/** Undefined when the caller may read the files, else the refusal. */
export function hasAccess(request: PracticeRequest, repo: Repo, token: string | undefined): Reply | undefined {
  const given = tokenOf(request);
  if (given !== undefined && token !== undefined && given !== token) {
    return refusal(401, undefined, 'Invalid credentials in Authorization header');
  }
  if (repo.gated === false || (given !== undefined && given === token)) return undefined;
  const kind = repo.type === 'dataset' ? 'dataset' : 'model';
  const place = `${request.self}/${repo.type === 'dataset' ? 'datasets/' : ''}${repo.id}`;
  return refusal(
    given === undefined ? 401 : 403,
    'GatedRepo',
    `Access to ${kind} ${repo.id} is restricted and you are not in the authorized list. Visit ${place} to ask for access.`,
  );
}

/** A private repository is there only for whoever has the token. */
export function isHidden(request: PracticeRequest, repo: Repo, token: string | undefined): boolean {
  return repo.private === true && (token === undefined || tokenOf(request) !== token);
}

export function resolvesTo(repo: Repo, revision: string): boolean {
  return ['main', 'HEAD', 'refs/heads/main', repo.sha].includes(revision);
}

export function repoNotFound(request: PracticeRequest): Reply {
  return tokenOf(request) === undefined
    ? refusal(401, 'RepoNotFound', 'Invalid username or password.')
    : refusal(404, 'RepoNotFound', 'Repository not found');
}

export function revisionNotFound(revision: string): Reply {
  return refusal(404, 'RevisionNotFound', `Invalid rev id: ${revision}`);
}

/** Naming the commit lets the Python client remember that the file is not there. */
export function entryNotFound(repo: Repo): Reply {
  const reply = refusal(404, 'EntryNotFound', 'Entry not found');
  return { ...reply, headers: { ...reply.headers, 'x-repo-commit': repo.sha } };
}

export function refusal(status: number, code: string | undefined, message: string): Reply {
  return json({ error: message }, { 'x-error-message': message, ...(code && { 'x-error-code': code }) }, status);
}
