/** Pushing to the Hugging Face Hub, or to anything that speaks like it. */
import { pathToFileURL } from 'node:url';
import { commit, createRepo, listFiles, modelInfo, spaceInfo, whoAmI, type CommitOperation } from '@huggingface/hub';
import { MlInternError } from '../../core/errors';
import type { StorageOptions } from '../../core/ports/box-files';
import type { Clock } from '../../core/ports/common';
import type {
  FoundHubRepo,
  HubAccount,
  HubCommit,
  HubFile,
  HubPush,
  HubRepoName,
  ModelHub,
} from '../../core/ports/model-hub';
import { checkCommit } from './approved-commit';
import { noToken, pushFailure } from './push-failures';
import { pushFetch, type PushCall } from './push-fetch';

export interface HfModelHubOptions {
  endpoint: string;
  token: () => Promise<string | undefined>;
  clock: Clock;
}

/** The client insists on a token of this shape; the real one, of whatever shape, is put in by `fetch`, for the Hub's own address only. */
const accessToken = 'hf_';

export class HfModelHub implements ModelHub {
  readonly endpoint: string;

  constructor(private readonly options: HfModelHubOptions) {
    this.endpoint = options.endpoint.replace(/\/+$/, '');
  }

  account(signal?: AbortSignal): Promise<HubAccount> {
    return this.call({ repo: '', signal }, async (fetch) => {
      const { name, auth, ...more } = await whoAmI({ accessToken, hubUrl: this.endpoint, fetch });
      const { orgs = [] } = more as { orgs?: { name: string; roleInOrg?: string }[] };
      const writable = orgs.filter(({ roleInOrg }) => roleInOrg !== 'read');
      return {
        name,
        namespaces: [name, ...writable.map((org) => org.name)],
        canWrite: auth.accessToken?.role !== 'read',
      };
    });
  }

  async find({ kind, id }: HubRepoName, signal?: AbortSignal): Promise<FoundHubRepo | null> {
    try {
      return await this.call({ repo: id, signal }, async (fetch) => {
        const asked = { name: id, hubUrl: this.endpoint, fetch, additionalFields: ['sha'] as 'sha'[] };
        const info = await (kind === 'model' ? modelInfo(asked) : spaceInfo(asked));
        const repo = { type: kind, name: info.name };
        const files: string[] = [];
        for await (const { type, path } of listFiles({ ...asked, repo, recursive: true, revision: info.sha }))
          if (type === 'file') files.push(path);
        return { id: info.name, visibility: info.private ? 'private' : 'public', revision: info.sha, files };
      });
    } catch (error) {
      if (MlInternError.is(error, 'hub-not-found')) return null;
      throw error;
    }
  }

  push(push: HubPush, { signal, onProgress }: StorageOptions = {}): Promise<HubCommit> {
    const { repo, visibility, files, removes, onto, title } = push;
    const totalBytes = files.reduce((sum, { bytes }) => sum + bytes, 0);
    const onBytes = progressOf(totalBytes, onProgress);
    const check = (text: string) => checkCommit(text, push);
    return this.call({ repo: repo.id, signal, onBytes, check }, async (fetch) => {
      const where = { accessToken, hubUrl: this.endpoint, fetch, repo: { type: repo.kind, name: repo.id } };
      onProgress?.({ bytes: 0, totalBytes });
      if (onto === null) await createRepo({ ...where, visibility, sdk: 'gradio' });
      const operations: CommitOperation[] = [
        ...files.map((file) => ({ operation: 'addOrUpdate' as const, path: file.path, content: contentOf(file) })),
        ...removes.map((path) => ({ operation: 'delete' as const, path })),
      ];
      // Plain LFS: Xet would talk to other hosts with tokens of their own, past the `fetch` that binds ours.
      const more = {
        useXet: false,
        ...(onto === null ? {} : { parentCommit: onto }),
        ...(signal ? { abortSignal: signal } : {}),
      };
      const made = await commit({ ...where, ...more, title, operations });
      if (made === undefined) throw new TypeError('no commit was named');
      onProgress?.({ bytes: totalBytes, totalBytes });
      return { commit: made.commit.oid, url: made.commit.url };
    });
  }

  private async call<T>(
    call: Pick<PushCall, 'repo' | 'signal' | 'onBytes' | 'check'>,
    act: (fetch: typeof globalThis.fetch) => Promise<T>,
  ): Promise<T> {
    const { endpoint } = this;
    call.signal?.throwIfAborted();
    const token = await this.options.token();
    if (token === undefined) throw noToken(endpoint);
    try {
      return await act(pushFetch({ ...call, endpoint, token, clock: this.options.clock }));
    } catch (error) {
      throw pushFailure(error, { endpoint, repo: call.repo });
    }
  }
}

/** Told in steps: a large model is sent in very many pieces. */
function progressOf(totalBytes: number, onProgress: StorageOptions['onProgress']): (bytes: number) => void {
  const step = Math.max(256 * 1024, totalBytes / 500);
  let sent = 0;
  let told = 0;
  return (bytes) => {
    sent += bytes;
    if (Math.abs(sent - told) < step) return;
    told = sent;
    onProgress?.({ bytes: sent, totalBytes });
  };
}

/** Read as it is sent, not before. */
function contentOf({ source }: HubFile): Blob | URL {
  return typeof source === 'string' ? pathToFileURL(source) : new Blob([source as Uint8Array<ArrayBuffer>]);
}
