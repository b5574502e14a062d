/** The Hugging Face Hub, or anything that speaks like it, as the Hub port. */
import { datasetInfo, downloadFile, HubApiError, listDatasets, listFiles } from '@huggingface/hub';
import { MlInternError } from '../../core/errors';
import { fetchWithRetry, readPolicy, type Fetch } from '../../core/http/retry';
import type { Clock } from '../../core/ports/common';
import type { DatasetCard, DatasetHit, DatasetPreview, DatasetSplit, Hub } from '../../core/ports/hub';
import { licenceOf, licenceTag, textBelowMetadata } from './cards';
import { splitsOfFiles, type DataFile } from '../../core/data/data-files';
import { previewBytes, previewOf, readableFiles } from './data-files';
import { hubFailure, hubFetch, noSuchDataset, unavailable } from './hub-fetch';
import { mergeSearches, searchWords } from './search';
import { Viewer, ViewerFailure } from './viewer';

export interface HfHubOptions {
  endpoint: string;
  /** Base URL of the dataset viewer. */
  viewer: string;
  token?: () => Promise<string | undefined>;
  clock: Clock;
}

/** What a library call needs: where, and a `fetch` that is patient, bound to its host and speaks our errors. */
interface Access {
  hubUrl: string;
  fetch: typeof globalThis.fetch;
}

/** There is another way when the viewer is silent, so it is not waited for as long. */
const viewerPolicy = { ...readPolicy, attempts: 3, timeoutMs: 10_000 };
const datasetId = /^[\w-][\w.-]*(\/[\w-][\w.-]*)?$/;
const noFilesToo = 'no JSON-lines or CSV file could be read instead';

export class HfHub implements Hub {
  readonly endpoint: string;
  private readonly patient: Fetch;
  private readonly viewer: Viewer;

  constructor(private readonly options: HfHubOptions) {
    this.endpoint = withoutSlash(options.endpoint);
    const plain: Fetch = (url, init) => globalThis.fetch(url, init);
    this.patient = fetchWithRetry(plain, options.clock);
    const hasty = fetchWithRetry(plain, options.clock, viewerPolicy);
    this.viewer = new Viewer(withoutSlash(options.viewer), hasty);
  }

  searchDatasets(query: { text?: string; paper?: string; limit: number }, signal?: AbortSignal): Promise<DatasetHit[]> {
    return this.access('', signal, async (access) => {
      const tags = query.paper === undefined ? [] : [`arxiv:${query.paper}`];
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
      return {
        id: info.name,
        revision: info.sha,
        licence: licenceOf(info.cardData) ?? licenceTag(info.tags ?? []),
        gated: info.gated !== false,
        tags: info.tags ?? [],
        downloads: info.downloads,
        likes: info.likes,
        updatedAt: isoDate(info.updatedAt),
        text: await readme(access, id, info.sha),
      };
    });
  }

  splits(id: string, signal?: AbortSignal): Promise<DatasetSplit[]> {
    return this.viewerOrFiles(
      id,
      () => this.viewer.splits(id, signal),
      async (access) => splitsOfFiles(await dataFiles(access, id)),
      signal,
    );
  }

  preview(id: string, config: string, split: string, rows: number, signal?: AbortSignal): Promise<DatasetPreview> {
    const count = Math.max(1, Math.min(100, rows));
    return this.viewerOrFiles(
      id,
      () => this.viewer.rows(id, config, split, count, signal),
      (access) => previewFromFile(access, id, config, split, count),
      signal,
    );
  }

  /** What the viewer cannot answer is read from the dataset's files; the Hub also knows whether the dataset exists at all. */
  private async viewerOrFiles<T>(
    id: string,
    ask: () => Promise<T>,
    read: (access: Access) => Promise<T | undefined>,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    try {
      return await ask();
    } catch (failure) {
      if (!(failure instanceof ViewerFailure)) throw failure;
      const answer = await this.access(id, signal, read);
      if (answer !== undefined && !(Array.isArray(answer) && answer.length === 0)) return answer;
      const why = `the dataset viewer cannot serve ${id} (${failure.message}), and ${noFilesToo}`;
      throw unavailable(this.endpoint, why, 'Choose another dataset, or try again later.', failure);
    }
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

function infoOf(access: Access, id: string, revision?: string) {
  const additionalFields = ['sha', 'tags', 'cardData'] as ('sha' | 'tags' | 'cardData')[];
  return datasetInfo({ ...access, name: id, additionalFields, ...(revision !== undefined && { revision }) });
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

/** Undefined when there is no such file, or nothing in it: an empty file has no first byte to ask for. */
async function fileOf(access: Access, id: string, path: string, revision = 'main'): Promise<Blob | undefined> {
  try {
    const repo = { type: 'dataset' as const, name: id };
    return (await downloadFile({ ...access, repo, path, revision, xet: false })) ?? undefined;
  } catch (error) {
    if (error instanceof HubApiError && error.statusCode === 416) return undefined;
    throw error;
  }
}

async function dataFiles(access: Access, id: string): Promise<DataFile[]> {
  const { cardData } = await infoOf(access, id);
  const paths: string[] = [];
  for await (const entry of listFiles({ ...access, repo: { type: 'dataset', name: id }, recursive: true })) {
    if (entry.type === 'file') paths.push(entry.path);
  }
  return readableFiles(paths, (cardData as { configs?: unknown } | undefined)?.configs);
}

async function previewFromFile(
  access: Access,
  id: string,
  config: string,
  split: string,
  rows: number,
): Promise<DatasetPreview | undefined> {
  const file = (await dataFiles(access, id)).find((entry) => entry.config === config && entry.split === split);
  if (file === undefined) return undefined;
  const blob = await fileOf(access, id, file.path);
  if (blob === undefined) return undefined;
  return previewOf(file, await blob.slice(0, previewBytes).text(), blob.size <= previewBytes, rows);
}

function isoDate(date: Date): string | null {
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
