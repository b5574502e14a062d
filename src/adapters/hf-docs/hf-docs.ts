/** The Hub's documentation: its own search, and where that does not answer, the contents of a package's documentation. */
import { isAbort, MlInternError } from '../../core/errors';
import { withToken } from '../../core/http/bound-token';
import { cachedFetch, distrust, type CacheRules } from '../../core/http/cached';
import { saidBy } from '../../core/http/failures';
import { following } from '../../core/http/redirects';
import { fetchWithRetry, NoAnswer, type Fetch, type RetryPolicy } from '../../core/http/retry';
import type { Clock } from '../../core/ports/common';
import type { DocHit, Docs, ReadText } from '../../core/ports/lookup';
import type { PartialAnswer } from '../../core/ports/papers';
import { contentsHits, listedPages, packagesFor } from './contents';
import { docPage, isPage, pagePath } from './pages';
import { hitsOf, searchAnswer } from './shapes';

export interface HfDocsOptions {
  /** The Hub, or its mirror. */
  endpoint: string;
  clock: Clock;
  /** For the Hub only. */
  token?: () => Promise<string | undefined>;
  cache?: Pick<CacheRules, 'cache' | 'offline'>;
}

const policy: RetryPolicy = { attempts: 3, timeoutMs: 15_000, maxWaitMs: 10_000, maxBytes: 8 * 1024 * 1024 };
const maxAgeMs = 6 * 3600 * 1000;
/** Pages that are read to find what the search could not be asked for. */
const mostReadPages = 6;
const next = 'Look into the package itself (look_up_signature), its source (find_code), or try again later.';

export class HfDocs implements Docs {
  private readonly fetch: Fetch;

  constructor(private readonly options: HfDocsOptions) {
    const plain: Fetch = (url, init) => globalThis.fetch(url, init);
    const patient = fetchWithRetry(following(plain), options.clock, policy);
    const { cache, clock } = options;
    this.fetch = cache ? cachedFetch(patient, { ...cache, clock, maxAgeMs: () => maxAgeMs }) : patient;
  }

  async search(
    query: string,
    wanted: { package?: string; limit: number },
    signal?: AbortSignal,
  ): Promise<PartialAnswer<DocHit>> {
    try {
      return { items: (await this.asked(query, wanted.package, signal)).slice(0, wanted.limit), missing: [] };
    } catch (error) {
      if (signal?.aborted || isAbort(error)) throw error;
      const why = error instanceof Error ? error.message : String(error);
      return this.searchContents(query, wanted, why, signal);
    }
  }

  async read(page: string, signal?: AbortSignal): Promise<ReadText> {
    const path = pagePath(page, this.options.endpoint);
    const response = await this.get(`${this.options.endpoint}/docs/${path}.md`, signal);
    const text = response.ok ? await response.text() : '';
    if (response.ok && isPage(text)) return docPage(path, text, `${this.options.endpoint}/docs/${path}`);
    if (response.ok) await distrust(response);
    if (response.ok || response.status === 404) throw noSuchPage(path, await this.nearPages(path, signal));
    throw unavailable(await saidBy(response));
  }

  private async asked(query: string, product: string | undefined, signal?: AbortSignal): Promise<DocHit[]> {
    const words = new URLSearchParams({ q: query, ...(product === undefined ? {} : { product }) });
    const response = await this.get(`${this.options.endpoint}/api/docs/search?${words.toString()}`, signal);
    if (!response.ok) throw unavailable(await saidBy(response));
    const answer = searchAnswer.safeParse(await response.json().catch(() => undefined));
    if (answer.success) return hitsOf(answer.data);
    await distrust(response);
    throw unavailable('its answer was not what the Hub sends');
  }

  /** Goes through the pages whose names fit, and says that it did. */
  private async searchContents(
    query: string,
    wanted: { package?: string; limit: number },
    why: string,
    signal?: AbortSignal,
  ): Promise<PartialAnswer<DocHit>> {
    const packages = wanted.package === undefined ? packagesFor(query) : [wanted.package];
    const lists = await Promise.all(packages.map((name) => this.contents(name, signal).catch(() => [])));
    const pages = listedPages(lists.flat(), query).slice(0, mostReadPages);
    if (pages.length === 0) throw unavailable(why);
    const texts = await Promise.all(pages.map((page) => this.read(page.path, signal).catch(() => undefined)));
    signal?.throwIfAborted();
    const items = contentsHits(
      texts.filter((text) => text !== undefined),
      query,
    ).slice(0, wanted.limit);
    const note = `The Hub's own search (${why}); these are from the contents of ${packages.join(', ')}.`;
    return { items, missing: [note] };
  }

  private async contents(name: string, signal?: AbortSignal): Promise<{ path: string; title: string }[]> {
    const response = await this.get(`${this.options.endpoint}/docs/${encodeURIComponent(name)}/llms.txt`, signal);
    if (!response.ok) return [];
    const links = (await response.text()).matchAll(/\[([^\]\n]+)\]\(([^)\s]+)\)/g);
    return [...links].flatMap(([, title = '', href = '']) => {
      const url = URL.canParse(href, `${this.options.endpoint}/docs/`)
        ? new URL(href, `${this.options.endpoint}/docs/`)
        : undefined;
      const path = url === undefined ? undefined : /^\/docs\/(.+)$/.exec(url.pathname)?.[1]?.replace(/\.md$/, '');
      return path === undefined ? [] : [{ path, title }];
    });
  }

  private async nearPages(path: string, signal?: AbortSignal): Promise<string[]> {
    const [name = ''] = path.split('/');
    const pages = await this.contents(name, signal).catch(() => []);
    return listedPages(pages, path.split('/').slice(1).join(' ').replace(/[_-]/g, ' '))
      .slice(0, 5)
      .map((page) => page.path);
  }

  private async get(url: string, signal?: AbortSignal): Promise<Response> {
    const headers = withToken({}, url, this.options.endpoint, await this.options.token?.());
    try {
      return await this.fetch(url, { headers, ...(signal && { signal }) });
    } catch (error) {
      throw error instanceof NoAnswer ? unavailable(error.why, error) : error;
    }
  }
}

function unavailable(why: string, cause?: unknown): MlInternError {
  return new MlInternError('lookup-unavailable', `The documentation could not be asked: ${why}.`, { next, cause });
}

function noSuchPage(path: string, near: readonly string[]): MlInternError {
  const known = near.filter((each) => /^[\w./-]+$/.test(each));
  const hint = known.length === 0 ? 'Search with search_docs.' : `Perhaps one of: ${known.join(', ')}.`;
  return new MlInternError('lookup-unavailable', `The documentation has no page ${path}.`, { next: hint });
}
