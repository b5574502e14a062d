/** Writing to the miniature Hub: repositories, LFS uploads, commits. A stand-in: all of it is held in memory and gone with the server. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { json, type Handler, type PracticeRequest, type Reply } from './exchange';
import {
  accountName,
  isHidden,
  organization,
  refusal,
  repoNotFound,
  resolvesTo,
  revisionNotFound,
  tokenOf,
  type HubAccount,
} from './hub-access';
import { readCommit } from './hub-commit';
import { LfsObjects, type LfsOptions } from './hub-lfs';
import {
  commitId,
  fileInMemory,
  isLarge,
  type Repo,
  type RepoFile,
  type RepoType,
  type Repositories,
} from './repository';

export type WriteOptions = HubAccount & LfsOptions;

const repoType = z.enum(['model', 'dataset', 'space']);
const createSchema = z.object({
  name: z.string().regex(/^[\w-][\w.-]{0,95}$/),
  organization: z.string().nullish(),
  type: repoType.default('model'),
  visibility: z.enum(['private', 'public']).optional(),
  private: z.boolean().optional(),
  sdk: z.string().optional(),
});
const preuploadSchema = z.object({ files: z.array(z.object({ path: z.string(), size: z.number() })) });

const apiPath = /^\/api\/(model|dataset|space)s\/([^/]+\/[^/]+)\/(preupload|commit)\/([^/]+)$/;
const batchPath = /^\/(?:(dataset|space)s\/)?([^/]+\/[^/]+)\.git\/info\/lfs\/objects\/batch$/;

export function hubWrites(repositories: Repositories, options: WriteOptions): Handler {
  const objects = new LfsObjects(options);
  const writes = new HubWrites(repositories, options, objects);
  return async (request) => {
    if (request.path === '/api/repos/create') return writes.create(request);
    const stored = await objects.handler(request);
    if (stored !== undefined) return stored;
    const [, type = 'model', id] = batchPath.exec(request.path) ?? [];
    if (id !== undefined) return writes.in(request, type as RepoType, id, () => objects.batch(request));
    const [, kind, name, action, revision = ''] = apiPath.exec(request.path) ?? [];
    if (name === undefined) return undefined;
    return writes.in(request, kind as RepoType, name, (repo) => {
      if (!resolvesTo(repo, revision)) return revisionNotFound(revision);
      return action === 'commit' ? writes.commit(request, repo) : writes.preupload(request, repo);
    });
  };
}

class HubWrites {
  constructor(
    private readonly repositories: Repositories,
    private readonly options: WriteOptions,
    private readonly objects: LfsObjects,
  ) {}

  async create(request: PracticeRequest): Promise<Reply> {
    const asked = createSchema.parse(JSON.parse(request.body));
    const { type, name } = asked;
    const owner = asked.organization ?? accountName;
    const refused = this.refuse(request, owner, `create a ${type} under the namespace "${owner}"`);
    if (refused !== undefined) return refused;
    const id = `${owner}/${name}`;
    const url = `${request.self}/${placeOf(type)}${id}`;
    if ((await this.repositories.find(type, id)) !== undefined)
      return json({ error: `You already created this ${type} repo`, url }, {}, 409);
    this.repositories.put(emptyRepo(type, id, asked.visibility === 'private' || asked.private === true));
    return json({ url, name: id, id: createHash('sha1').update(id).digest('hex').slice(0, 24) });
  }

  /** What is done in a repository that is there for the caller, and that they may write to. */
  async in(
    request: PracticeRequest,
    type: RepoType,
    id: string,
    act: (repo: Repo) => Reply | Promise<Reply>,
  ): Promise<Reply> {
    const repo = await this.repositories.find(type, id);
    if (repo === undefined || isHidden(request, repo, this.options.token)) return repoNotFound(request);
    return this.refuse(request, repo.id.split('/')[0] ?? '', `write to ${repo.id}`) ?? act(repo);
  }

  preupload(request: PracticeRequest, repo: Repo): Reply {
    const { files } = preuploadSchema.parse(JSON.parse(request.body));
    const answers = files.map(({ path, size }) => ({
      path,
      uploadMode: size > 0 && isLarge(path, size) ? 'lfs' : 'regular',
      shouldIgnore: false,
      oid: repo.files.find((file) => file.path === path)?.oid ?? null,
    }));
    return json({ files: answers, commitOid: repo.sha });
  }

  commit(request: PracticeRequest, repo: Repo): Reply {
    const { parentCommit, added, deleted } = readCommit(request.body, (oid) => this.objects.get(oid));
    if (parentCommit !== undefined && parentCommit !== repo.sha)
      return refusal(412, undefined, 'The repository has changed since the commit that this one was made on.');
    const missing = added.find(({ content }) => content === undefined);
    if (missing !== undefined) return refusal(404, undefined, `The LFS object of ${missing.path} was never uploaded.`);
    const gone = new Set([...deleted, ...added.map(({ path }) => path)]);
    const files: RepoFile[] = [
      ...repo.files.filter(({ path }) => !gone.has(path)),
      ...added.map(({ path, content = '' }) => fileInMemory(path, content)),
    ];
    const sha = commitId(files, repo.sha);
    this.repositories.put({ ...repo, files, sha });
    const commitUrl = `${request.self}/${placeOf(repo.type)}${repo.id}/commit/${sha}`;
    return json({ success: true, commitOid: sha, commitUrl, hookOutput: '' });
  }

  private refuse(request: PracticeRequest, owner: string, what: string): Reply | undefined {
    const { token, role = 'write' } = this.options;
    if (token === undefined || tokenOf(request) !== token)
      return refusal(401, undefined, 'Invalid username or password.');
    const may = role === 'write' && [accountName, organization].includes(owner.toLowerCase());
    return may ? undefined : refusal(403, undefined, `You don't have the rights to ${what}`);
  }
}

const placeOf = (type: RepoType): string => (type === 'model' ? '' : `${type}s/`);

/** As the Hub makes it: with one file in it. */
function emptyRepo(type: RepoType, id: string, isPrivate: boolean): Repo {
  const files = [fileInMemory('.gitattributes', '*.safetensors filter=lfs diff=lfs merge=lfs -text\n')];
  return {
    ...{ type, id, private: isPrivate, files, sha: commitId(files, id), gated: false as const, metadata: {} },
    ...{ description: '', downloads: 0, likes: 0, createdAt: new Date().toISOString(), tags: [] },
  };
}
