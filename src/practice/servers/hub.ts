/** The miniature Hub's API: lists and search, repository info, trees, refs, who-am-I. Files are in `hub-files.ts`. */
import { createHash } from 'node:crypto';
import { json, type Handler, type PracticeRequest, type Reply } from './exchange';
import {
  entryNotFound,
  accountName,
  hasAccess,
  isHidden,
  organization,
  repoNotFound,
  resolvesTo,
  revisionNotFound,
  tokenOf,
  type HubAccount,
  type TokenRole,
} from './hub-access';
import type { Repo, RepoFile, RepoType, Repositories } from './repository';

const apiPath = /^\/api\/(model|dataset|space)s(?:\/([^/]+(?:\/[^/]+)?)(?:\/(.*))?)?$/;

export function hubApi(repositories: Repositories, { token, role = 'write' }: HubAccount): Handler {
  return async (request) => {
    if (request.path === '/api/whoami-v2') return whoAmI(request, token, role);
    const match = apiPath.exec(request.path);
    if (match === null) return undefined;
    const type = match[1] as RepoType;
    const [id, rest = ''] = [match[2], match[3]];
    if (id === undefined) {
      const all = await repositories.all(type);
      return list(
        request,
        all.filter((repo) => !isHidden(request, repo, token)),
      );
    }
    const repo = await repositories.find(type, id);
    if (repo !== undefined && isHidden(request, repo, token)) return repoNotFound(request);
    return repo === undefined ? elsewhere(request, repositories, id) : repoReply(request, repo, rest, token);
  };
}

/** A renamed repository answers at its new name; any other does not exist. */
function elsewhere(request: PracticeRequest, repositories: Repositories, id: string): Reply {
  const now = repositories.renamed(id);
  if (now === undefined) return repoNotFound(request);
  const query = request.query.size === 0 ? '' : `?${request.query}`;
  const location = `${request.self}${request.path.replace(id, now)}${query}`;
  return { status: 307, headers: { location }, body: `Temporary Redirect. Redirecting to ${location}` };
}

function repoReply(request: PracticeRequest, repo: Repo, rest: string, token: string | undefined): Reply | undefined {
  const [what = '', revision = 'main', ...deeper] = rest.split('/');
  if (what === '' || what === 'revision') return withRevision(repo, revision, () => json(info(repo, request.query)));
  if (what === 'tree') return withRevision(repo, revision, () => tree(request, repo, deeper.join('/')));
  if (what === 'paths-info') return withRevision(repo, revision, () => pathsInfo(request, repo));
  if (what === 'refs') {
    const main = { name: 'main', ref: 'refs/heads/main', targetCommit: repo.sha };
    return json({ branches: [main], tags: [], converts: [] });
  }
  if (what === 'commits') {
    const commit = {
      id: repo.sha,
      title: 'Publish',
      message: '',
      date: repo.createdAt,
      authors: [{ user: 'practice' }],
    };
    return json([commit]);
  }
  return what === 'auth-check' ? (hasAccess(request, repo, token) ?? json({})) : undefined;
}

function withRevision(repo: Repo, revision: string, reply: () => Reply): Reply {
  return resolvesTo(repo, revision) ? reply() : revisionNotFound(revision);
}

function list(request: PracticeRequest, repos: readonly Repo[]): Reply {
  const { query } = request;
  const search = query.get('search')?.toLowerCase();
  const author = query.get('author');
  const filters = query.getAll('filter').flatMap((filter) => filter.split(','));
  const hits = repos
    .filter((repo) => search === undefined || repo.id.toLowerCase().includes(search))
    .filter((repo) => author === null || repo.id.startsWith(`${author}/`))
    .filter((repo) => filters.every((filter) => repo.tags.includes(filter)))
    .sort(order(query.get('sort') ?? 'trendingScore'));
  const start = Number(query.get('cursor') ?? 0);
  const limit = Math.max(1, Number(query.get('limit') ?? 1000));
  const next = start + limit < hits.length ? { link: nextLink(request, start + limit) } : {};
  return json(
    hits.slice(start, start + limit).map((repo) => listItem(repo, query)),
    next,
  );
}

function order(sort: string): (a: Repo, b: Repo) => number {
  if (sort === 'id') return (a, b) => a.id.localeCompare(b.id);
  if (sort === 'createdAt' || sort === 'lastModified') return (a, b) => b.createdAt.localeCompare(a.createdAt);
  return sort === 'downloads' ? (a, b) => b.downloads - a.downloads : (a, b) => b.likes - a.likes;
}

function nextLink(request: PracticeRequest, cursor: number): string {
  const query = new URLSearchParams(request.query);
  query.set('cursor', String(cursor));
  return `<${request.self}${request.path}?${query}>; rel="next"`;
}

function listItem(repo: Repo, query: URLSearchParams): Record<string, unknown> {
  const whole = wholeInfo(repo);
  if (asksForKeys(query)) return only(whole, expandKeys(query));
  const left = query.get('full') === 'true' ? [] : ['siblings', 'cardData'];
  return Object.fromEntries(Object.entries(whole).filter(([key]) => !left.includes(key)));
}

function info(repo: Repo, query: URLSearchParams): Record<string, unknown> {
  const whole = wholeInfo(repo, query.get('blobs') === 'true');
  return asksForKeys(query) ? only(whole, expandKeys(query)) : whole;
}

const expandKeys = (query: URLSearchParams) => [...query.getAll('expand'), ...query.getAll('expand[]')];
const asksForKeys = (query: URLSearchParams) => expandKeys(query).length > 0;

function only(whole: Record<string, unknown>, keys: readonly string[]): Record<string, unknown> {
  const wanted = new Set(['_id', 'id', ...keys]);
  return Object.fromEntries(Object.entries(whole).filter(([key]) => wanted.has(key)));
}

function wholeInfo(repo: Repo, blobs = false): Record<string, unknown> {
  return {
    _id: createHash('sha1').update(repo.id).digest('hex').slice(0, 24),
    id: repo.id,
    ...(repo.type === 'model'
      ? { modelId: repo.id, library_name: 'transformers', pipeline_tag: 'text-generation' }
      : {}),
    ...(repo.type === 'space' ? { sdk: 'gradio' } : {}),
    author: repo.id.split('/')[0],
    sha: repo.sha,
    createdAt: repo.createdAt,
    lastModified: repo.createdAt,
    private: repo.private === true,
    gated: repo.gated,
    disabled: false,
    downloads: repo.downloads,
    downloadsAllTime: repo.downloads,
    likes: repo.likes,
    trendingScore: 0,
    tags: repo.tags,
    description: repo.description,
    cardData: repo.metadata,
    siblings: repo.files.map((file) => ({ rfilename: file.path, ...(blobs ? blobInfo(file) : {}) })),
  };
}

function blobInfo(file: RepoFile): Record<string, unknown> {
  const lfs = file.lfs && { lfs: { sha256: file.lfs.oid, size: file.lfs.size, pointerSize: file.lfs.pointerSize } };
  return { size: file.size, blobId: file.oid, ...lfs };
}

function tree(request: PracticeRequest, repo: Repo, folder: string): Reply {
  const prefix = folder === '' ? '' : `${folder}/`;
  const recursive = request.query.get('recursive') === 'true';
  const below = treeEntries(repo, request.query.get('expand') === 'true').filter((entry) =>
    entry.path.startsWith(prefix),
  );
  if (below.length === 0 && folder !== '') return entryNotFound(repo);
  return json(below.filter((entry) => recursive || !entry.path.slice(prefix.length).includes('/')));
}

interface TreeEntry {
  type: 'file' | 'directory';
  path: string;
  [key: string]: unknown;
}

function treeEntries(repo: Repo, expand: boolean): TreeEntry[] {
  const lastCommit = expand ? { lastCommit: { id: repo.sha, title: 'Publish', date: repo.createdAt } } : {};
  const folders = new Set(repo.files.flatMap((file) => parentsOf(file.path)));
  return [
    ...[...folders].map((path) => ({
      type: 'directory' as const,
      oid: createHash('sha1').update(path).digest('hex'),
      size: 0,
      path,
      ...lastCommit,
    })),
    ...repo.files.map((file) => ({
      type: 'file' as const,
      oid: file.oid,
      size: file.size,
      path: file.path,
      ...(file.lfs && { lfs: file.lfs }),
      ...lastCommit,
    })),
  ];
}

function parentsOf(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

/** Python sends a form, JavaScript sends JSON. Unknown paths are left out of the answer. */
function pathsInfo(request: PracticeRequest, repo: Repo): Reply {
  const asked = request.headers['content-type']?.includes('json')
    ? (JSON.parse(request.body) as { paths: string[]; expand?: boolean })
    : { paths: new URLSearchParams(request.body).getAll('paths'), expand: /expand=true/i.test(request.body) };
  return json(treeEntries(repo, asked.expand === true).filter((entry) => asked.paths.includes(entry.path)));
}

function whoAmI(request: PracticeRequest, token: string | undefined, role: TokenRole): Reply {
  if (token === undefined || tokenOf(request) !== token) {
    return json({ error: 'Invalid username or password.' }, {}, 401);
  }
  const accessToken = { displayName: 'practice', role, createdAt: '2026-01-01T00:00:00.000Z' };
  return json({
    type: 'user',
    id: '000000000000000000000001',
    name: accountName,
    fullname: 'Practice World',
    email: null,
    emailVerified: true,
    isPro: false,
    canPay: false,
    avatarUrl: '/avatars/practice.svg',
    orgs: [{ type: 'org', id: '000000000000000000000002', name: organization, fullname: 'Glim', roleInOrg: 'write' }],
    auth: { type: 'access_token', accessToken },
  });
}
