/** The Hugging Face Hub, or anything that speaks like it, as the Hub port. */
import { listDatasets } from '@huggingface/hub';
import { MlInternError } from '../../core/errors';
import { fetchWithRetry, readPolicy, type Fetch } from '../../core/http/retry';
import type { Clock } from '../../core/ports/common';
import type { DatasetCard, DatasetHit, DatasetQuery, Hub, RowsOnHub } from '../../core/ports/hub';
import type { RowSource, SplitFiles } from '../../core/ports/rows';
import { arxivId } from '../../core/research/paper-ids';
import { fileOf, infoOf, type Access } from './access';
import { gatingOf, licenceOf, licenceTag, textBelowMetadata } from './cards';
import { hubFailure, hubFetch, noSuchDataset, unavailable } from './hub-fetch';
import { licenceSources } from './licences';
import { repoFiles } from './repo-rows';
import { mergeSearches, searchWords } from './search';
import { Viewer, ViewerFailure } from './viewer';
import { viewerRows } from './viewer-rows';

export interface HfHubOptions {
  endpoint: string;
  /** Base URL of the dataset viewer of this Hub; absent: it has none. */
  viewer?: string;
  token?: () => Promise<string | undefined>;
  clock: Clock;
  /** Reads rows out of files. */
  openFiles: (files: SplitFiles) => RowSource;
}

/** There is another way when the viewer is silent, so it is not waited for as long. */
const viewerPolicy = { ...readPolicy, attempts: 3, timeoutMs: 10_000 };
const datasetId = /^[\w-][\w.-]*(\/[\w-][\w.-]*)?$/;
const licenceFiles = ['LICENSE', 'LICENSE.md', 'LICENSE.txt'];

export class HfHub implements Hub {
  readonly endpoint: string;
  private readonly patient: Fetch;
  private readonly hasty: Fetch;

  constructor(private readonly options: HfHubOptions) {
    this.endpoint = withoutSlash(options.endpoint);
    const plain: Fetch = (url, init) => globalThis.fetch(url, init);
    this.patient = fetchWithRetry(plain, options.clock);
    this.hasty = fetchWithRetry(plain, options.clock, viewerPolicy);
  }

  searchDatasets(query: DatasetQuery, signal?: AbortSignal): Promise<DatasetHit[]> {
    const paper = query.paper === undefined ? undefined : arxivId(query.paper);
    if (query.paper !== undefined && paper === undefined) return Promise.resolve([]);
    return this.access('', signal, async (access) => {
      const tags = [
        ...(paper === undefined ? [] : [`arxiv:${paper}`]),
        ...(query.licence === undefined ? [] : [`license:${query.licence}`]),
      ];
      const find = (text?: string) => findDatasets(access, text, tags, query.limit);
      const whole = await find(query.text);
      const words = searchWords(query.text ?? '');
      if (whole.length >= query.limit || words.length < 2) return whole;
      const byWord = await Promise.all(words.map(find));
      return mergeSearches(whole, byWord).slice(0, query.limit);
    });
  }

  datasetCard(id: string, revision?: string, signal?: AbortSignal): Promise<DatasetCard> {
    return this.access(id, signal, async (access) => {
      const info = await infoOf(access, id, revision);
      const tags = info.tags ?? [];
      const gating = gatingOf(info.gated, this.endpoint, info.name);
      const [text, licence] = await Promise.all([
        readme(access, info.name, info.sha),
        licenceFile(access, info.name, info.sha),
      ]);
      return {
        id: info.name,
        revision: info.sha,
        licence: licenceOf(info.cardData) ?? licenceTag(tags),
        licences: licenceSources(info.cardData, tags, text, licence),
        gated: gating !== undefined,
        ...(gating ? { gating } : {}),
        tags,
        downloads: info.downloads,
        likes: info.likes,
        updatedAt: isoDate(info.updatedAt),
        text,
      };
    });
  }

  /** What the viewer cannot answer is read from the dataset's files; the Hub also knows whether the dataset exists at all. */
  rows(asked: RowsOnHub, signal?: AbortSignal): Promise<RowSource> {
    return this.access(asked.id, signal, async (access) => {
      const { name: id, sha, cardData } = await infoOf(access, asked.id, asked.revision);
      // A renamed dataset is known by its new name only to the viewer.
      const request = { ...asked, id };
      const configs = (cardData as { configs?: unknown } | undefined)?.configs;
      const { viewer: base } = this.options;
      if (asked.whole === true || base === undefined) return this.fromFiles(access, request, sha, configs);
      const viewer = new Viewer(withoutSlash(base), this.hasty);
      const failure = await viewerRows(viewer, request, sha, signal).catch((error: unknown) => {
        if (error instanceof ViewerFailure) return error;
        throw error;
      });
      if (!(failure instanceof ViewerFailure)) return failure;
      return this.fromFiles(access, request, sha, configs, failure);
    });
  }

  private async fromFiles(access: Access, request: RowsOnHub, sha: string, configs: unknown, failure?: ViewerFailure) {
    const files = await repoFiles(access, request, sha, configs);
    if (files) return this.options.openFiles(files);
    const viewer = failure ? `the dataset viewer cannot serve ${request.id} (${failure.message}), and ` : '';
    const why = `${viewer}${failure ? 'it' : request.id} has no files of rows that could be read${failure ? ' instead' : ''}`;
    throw unavailable(this.endpoint, why, 'Choose another dataset, or try again later.', failure);
  }

  private async access<T>(
    subject: string,
    signal: AbortSignal | undefined,
    use: (access: Access) => Promise<T>,
  ): Promise<T> {
    if (subject !== '' && !datasetId.test(subject)) throw noSuchDataset(this.endpoint, subject, true);
    const token = await this.options.token?.();
    const call = { endpoint: this.endpoint, subject, token, signal };
    try {
      return await use({ hubUrl: this.endpoint, fetch: hubFetch(this.patient, call) });
    } catch (error) {
      throw hubFailure(error, this.endpoint);
    }
  }
}

async function findDatasets(
  access: Access,
  text: string | undefined,
  tags: string[],
  limit: number,
): Promise<DatasetHit[]> {
  const search = { ...(text !== undefined && text !== '' && { query: text }), tags };
  const hits: DatasetHit[] = [];
  const more = { additionalFields: ['tags', 'description'] as ('tags' | 'description')[] };
  for await (const entry of listDatasets({ ...access, ...more, search, sort: 'downloads', limit })) {
    hits.push({
      id: entry.name,
      downloads: entry.downloads,
      likes: entry.likes,
      licence: licenceTag(entry.tags ?? []),
      gated: entry.gated !== false,
      tags: entry.tags ?? [],
      description: (entry.description ?? '').replace(/\s+/g, ' ').trim(),
      updatedAt: isoDate(entry.updatedAt),
    });
  }
  return hits;
}

async function readme(access: Access, id: string, revision: string): Promise<string> {
  try {
    const file = await fileOf(access, id, 'README.md', revision);
    return file === undefined ? '' : textBelowMetadata(await file.text());
  } catch (error) {
    if (MlInternError.is(error, 'hub-gated')) return '(The README is only shown to those its authors let in.)';
    throw error;
  }
}

async function licenceFile(access: Access, id: string, revision: string) {
  for (const path of licenceFiles) {
    const file = await fileOf(access, id, path, revision).catch(hidden);
    if (file) return { path, text: await file.slice(0, 64 * 1024).text() };
  }
  return undefined;
}

/** Files of a gated dataset are not shown; its card still is. */
function hidden(error: unknown): undefined {
  if (MlInternError.is(error, 'hub-gated')) return undefined;
  throw error;
}

function isoDate(date: Date): string | null {
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
