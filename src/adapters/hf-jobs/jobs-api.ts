/**
 * The Hub's calls about jobs. Own requests instead of @huggingface/hub: its job calls know neither label filters and pages nor
 * today's stages, and cannot be ended.
 */
import type { z } from 'zod';
import { withToken } from '../../core/http/bound-token';
import { fetchWithRetry, readPolicy, type Fetch } from '../../core/http/retry';
import type { Clock } from '../../core/ports/common';
import { asTyped, noToken, refusal } from './refusals';
import { hardwareSchema, hubJobSchema, whoAmISchema, type HubJob } from './shapes';

export interface JobsApiOptions {
  endpoint: string;
  token: () => Promise<string | undefined>;
  /** The account whose jobs these are; the token's own when absent. */
  namespace?: string | undefined;
  clock: Clock;
}

const mostListed = 1000;
const plain: Fetch = (url, init) => globalThis.fetch(url, init);

export class JobsApi {
  readonly endpoint: string;
  private readonly patient: Fetch;
  /** For starting a job: a second try could start a second one. */
  private readonly once: Fetch;
  private name: Promise<string> | undefined;

  constructor(private readonly options: JobsApiOptions) {
    this.endpoint = options.endpoint.replace(/\/+$/, '');
    this.patient = fetchWithRetry(plain, options.clock);
    this.once = fetchWithRetry(plain, options.clock, { ...readPolicy, attempts: 1, timeoutMs: 60_000 });
  }

  /** The account's name; asked once. */
  namespace(signal?: AbortSignal): Promise<string> {
    if (this.options.namespace !== undefined) return Promise.resolve(this.options.namespace);
    this.name ??= this.whoAmI(signal).catch((error: unknown) => {
      this.name = undefined;
      throw error;
    });
    return this.name;
  }

  async whoAmI(signal?: AbortSignal): Promise<string> {
    return (await this.ask(whoAmISchema, `${this.endpoint}/api/whoami-v2`, { signal })).value.name;
  }

  async run(body: Record<string, unknown>, signal?: AbortSignal): Promise<HubJob> {
    const init = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal,
    };
    return (await this.ask(hubJobSchema, await this.place('', signal), init, this.once)).value;
  }

  /** The newest first. */
  async list(labels: Record<string, string>, signal?: AbortSignal): Promise<HubJob[]> {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(labels)) query.append('label', `${name}=${value}`);
    const jobs: HubJob[] = [];
    let url: string | undefined = `${await this.place('', signal)}?${query}`;
    while (url !== undefined && jobs.length < mostListed) {
      const page: { value: HubJob[]; next: string | undefined } = await this.ask(hubJobSchema.array(), url, { signal });
      jobs.push(...page.value);
      url = page.next;
    }
    return jobs;
  }

  async job(id: string, signal?: AbortSignal): Promise<HubJob> {
    return (await this.ask(hubJobSchema, await this.place(`/${id}`, signal), { signal })).value;
  }

  /** Cancelling twice is cancelling once. */
  async cancel(id: string, signal?: AbortSignal): Promise<HubJob> {
    const init = { method: 'POST', signal };
    return (await this.ask(hubJobSchema, await this.place(`/${id}/cancel`, signal), init)).value;
  }

  /** Needs no token. */
  async hardware(signal?: AbortSignal): Promise<z.infer<typeof hardwareSchema>> {
    return (await this.ask(hardwareSchema, `${this.endpoint}/api/jobs/hardware`, { signal }, this.patient, true)).value;
  }

  /** The log as server-sent events, as long as the Hub keeps it open. */
  async logs(id: string, tail: number | undefined, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    const url = `${await this.place(`/${id}/logs`, signal)}${tail === undefined ? '' : `?tail=${tail}`}`;
    try {
      const response = await plain(url, { headers: await this.headers(url, {}), signal });
      if (!response.ok || response.body === null) throw await refusal(response, this.endpoint, 'this account');
      return response.body as unknown as AsyncIterable<Uint8Array>;
    } catch (error) {
      throw asTyped(error, this.endpoint);
    }
  }

  private async place(rest: string, signal: AbortSignal | undefined): Promise<string> {
    return `${this.endpoint}/api/jobs/${encodeURIComponent(await this.namespace(signal))}${rest}`;
  }

  private async headers(url: string, init: RequestInit, anyone = false): Promise<Headers> {
    const token = await this.options.token();
    if (token === undefined && !anyone) throw noToken(this.endpoint);
    return withToken(init.headers, url, this.endpoint, token);
  }

  private async ask<T>(
    schema: z.ZodType<T>,
    url: string,
    init: Omit<RequestInit, 'signal'> & { signal?: AbortSignal | undefined },
    fetch: Fetch = this.patient,
    anyone = false,
  ): Promise<{ value: T; next: string | undefined }> {
    const { signal, ...rest } = init;
    try {
      const headers = await this.headers(url, rest, anyone);
      const response = await fetch(url, { ...rest, headers, ...(signal && { signal }) });
      if (!response.ok) throw await refusal(response, this.endpoint, this.options.namespace ?? 'this account');
      const next = /<([^>]+)>;\s*rel="next"/.exec(response.headers.get('link') ?? '')?.[1];
      return { value: schema.parse(await response.json()), next };
    } catch (error) {
      throw asTyped(error, this.endpoint);
    }
  }
}
