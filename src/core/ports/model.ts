/** The language model that drives the agent: any OpenAI-compatible endpoint. */

export interface ModelEndpoint {
  readonly baseUrl: string;
  readonly model: string;
  /** Bound to `baseUrl`; undefined for local servers that need none. */
  apiKey(): Promise<string | undefined>;
  /** `fetch` for this endpoint: sends only what the endpoint needs and turns failures into typed `model-*` errors. */
  readonly fetch: typeof globalThis.fetch;
  /** Any failure of a call through `fetch` (SDKs wrap them) as a typed `model-*` error; other errors come back as they are. */
  classify(error: unknown): unknown;
  /** A cheap call that proves that the endpoint answers, throwing a typed error when it does not. */
  probe(signal?: AbortSignal): Promise<void>;
}
