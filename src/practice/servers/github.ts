/** A code host in GitHub's shapes: `/api` (trees, contents, code search), `/raw` (files) and `/codeload` (archives). */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import type { WorldContent, WorldRepository } from './content';
import { firstOf, json, type Handler, type PracticeRequest, type Reply } from './exchange';

export function gitHub({ repositories = [] }: WorldContent): Handler {
  const find = (name: string | undefined) => repositories.find((each) => each.name === name);
  return firstOf([
    (request) => trees(request, find),
    (request) => contents(request, find),
    (request) => archives(request, find),
    (request) => search(request, repositories),
    ({ path }) => (path.startsWith('/api/') ? notFound() : { status: 404, headers: plain, body: '404: Not Found' }),
  ]);
}

type Find = (name: string | undefined) => WorldRepository | undefined;

const plain = { 'content-type': 'text/plain; charset=utf-8' };
/** Questions without a token are counted; this world does not run out of them unless a test says so. */
const counted = { 'x-ratelimit-limit': '60', 'x-ratelimit-remaining': '59', 'x-ratelimit-reset': '1893456000' };

const notFound = () => json({ message: 'Not Found', documentation_url: 'https://docs.github.com/rest' }, counted, 404);
const hasRef = ({ branch }: WorldRepository, ref: string) => ref === 'HEAD' || ref === branch;
const bytesOf = (content: string | Uint8Array) => (typeof content === 'string' ? Buffer.from(content) : content);
const sha = (content: string | Uint8Array) => createHash('sha1').update(content).digest('hex');

function trees({ path }: PracticeRequest, find: Find): Reply | undefined {
  const [, name, ref] = /^\/api\/repos\/([^/]+\/[^/]+)\/git\/trees\/(.+)$/.exec(path) ?? [];
  if (ref === undefined) return undefined;
  const repository = find(name);
  if (repository === undefined || !hasRef(repository, ref)) return notFound();
  const files = Object.entries(repository.files).map(([file, content]) => {
    return { path: file, mode: '100644', type: 'blob', sha: sha(content), size: bytesOf(content).length };
  });
  const { truncated = false } = repository;
  return json({ sha: sha(repository.name), tree: truncated ? files.slice(0, 1) : files, truncated }, counted);
}

function contents({ path, query, headers }: PracticeRequest, find: Find): Reply | undefined {
  const raw = /^\/raw\/([^/]+\/[^/]+)\/([^/]+)\/(.+)$/.exec(path);
  const api = /^\/api\/repos\/([^/]+\/[^/]+)\/contents\/(.+)$/.exec(path);
  if (raw === null && api === null) return undefined;
  const repository = find(raw?.[1] ?? api?.[1]);
  const ref = raw?.[2] ?? query.get('ref') ?? 'HEAD';
  const content = repository?.files[raw?.[3] ?? api?.[2] ?? ''];
  if (repository === undefined || content === undefined || !hasRef(repository, ref)) {
    return api === null ? { status: 404, headers: plain, body: '404: Not Found' } : notFound();
  }
  if (api !== null && !headers['accept']?.includes('raw')) return json({ message: 'Use the raw media type.' }, {}, 415);
  return { status: 200, headers: plain, body: bytesOf(content) };
}

/** With a token an archive is asked of the API, which sends its caller elsewhere. */
async function archives({ path, self }: PracticeRequest, find: Find): Promise<Reply | undefined> {
  const api = /^\/api\/repos\/([^/]+\/[^/]+)\/tarball\/(.+)$/.exec(path);
  const [, name, ref] = api ?? /^\/codeload\/([^/]+\/[^/]+)\/tar\.gz\/(.+)$/.exec(path) ?? [];
  if (ref === undefined) return undefined;
  const repository = find(name);
  if (repository === undefined || !hasRef(repository, ref)) return notFound();
  if (api !== null) {
    const location = `${self.replace('127.0.0.1', 'localhost')}/codeload/${repository.name}/tar.gz/${ref}`;
    return { status: 302, headers: { location }, body: '' };
  }
  return { status: 200, headers: { 'content-type': 'application/x-gzip' }, body: await archiveOf(repository) };
}

async function archiveOf({ name, branch, files }: WorldRepository): Promise<Uint8Array> {
  const tar = pack();
  const folder = `${name.split('/')[1] ?? ''}-${branch}`;
  for (const [path, content] of Object.entries(files))
    tar.entry({ name: `${folder}/${path}` }, Buffer.from(bytesOf(content)));
  tar.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of tar) chunks.push(chunk as Uint8Array);
  return gzipSync(Buffer.concat(chunks));
}

function search({ path, query, headers }: PracticeRequest, all: readonly WorldRepository[]): Reply | undefined {
  if (path !== '/api/search/code') return undefined;
  if (headers['authorization'] === undefined) return json({ message: 'Requires authentication' }, counted, 401);
  const words = (query.get('q') ?? '').toLowerCase();
  const items = all.flatMap(({ name, files }) =>
    Object.entries(files).flatMap(([file, content]) => {
      const text = typeof content === 'string' ? content : '';
      const at = text.toLowerCase().indexOf(words);
      if (words === '' || at < 0) return [];
      return [{ path: file, repository: { full_name: name }, text_matches: [{ fragment: text.slice(at, at + 200) }] }];
    }),
  );
  return json({ total_count: items.length, incomplete_results: false, items }, counted);
}
