/** The miniature Hub's files (`/resolve/`): HEAD and GET, byte ranges, commit and LFS headers. Large files are served inline. */
import type { Handler, PracticeRequest, Reply } from './exchange';
import { entryNotFound, hasAccess, isHidden, repoNotFound, resolvesTo, revisionNotFound } from './hub-access';
import type { RepoFile, RepoType, Repositories } from './repository';

const filePath = /^\/(?:(dataset|space)s\/)?((?:[^/]+\/)?[^/]+)\/(?:resolve|raw)\/(refs\/heads\/main|[^/]+)\/(.+)$/;

export function hubFiles(repositories: Repositories, token: string | undefined): Handler {
  return async (request) => {
    const match = filePath.exec(request.path);
    if (match === null) return undefined;
    const [, type = 'model', id = '', revision = '', path = ''] = match;
    const repo = await repositories.find(type as RepoType, id);
    if (repo === undefined || isHidden(request, repo, token)) return repoNotFound(request);
    const refusal = hasAccess(request, repo, token);
    if (refusal !== undefined) return refusal;
    if (!resolvesTo(repo, revision)) return revisionNotFound(revision);
    const file = repo.files.find((candidate) => candidate.path === path);
    return file === undefined ? entryNotFound(repo) : fileReply(request, file, repo.sha);
  };
}

function fileReply(request: PracticeRequest, file: RepoFile, commit: string): Reply {
  const headers = {
    'accept-ranges': 'bytes',
    'content-type': file.path.endsWith('.json') ? 'application/json' : 'application/octet-stream',
    etag: `"${file.lfs?.oid ?? file.oid}"`,
    'x-repo-commit': commit,
    ...(file.lfs && { 'x-linked-etag': `"${file.lfs.oid}"`, 'x-linked-size': String(file.size) }),
  };
  const range = /^bytes=(\d*)-(\d*)$/.exec(request.headers['range'] ?? '');
  if (range === null) return { status: 200, headers, body: part(file, 0, file.size - 1) };
  const [start, end] = bounds(range[1] ?? '', range[2] ?? '', file.size);
  if (start > end) return { status: 416, headers: { ...headers, 'content-range': `bytes */${file.size}` }, body: '' };
  const contentRange = { 'content-range': `bytes ${start}-${end}/${file.size}` };
  return { status: 206, headers: { ...headers, ...contentRange }, body: part(file, start, end) };
}

/** `a-b`, `a-` and `-n` (the last n bytes). */
function bounds(from: string, to: string, size: number): [number, number] {
  if (from === '') return [Math.max(0, size - Number(to)), size - 1];
  return [Number(from), to === '' ? size - 1 : Math.min(Number(to), size - 1)];
}

function part(file: RepoFile, start: number, end: number): Reply['body'] {
  return end < start ? '' : { size: end - start + 1, open: () => file.open(start, end) };
}
