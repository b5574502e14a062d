/** The tokenizer of a model: from a folder of this machine, or from the Hub; an estimate where neither has it. */
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { localTokenizer, tokenizerOf } from '../adapters/tokenizers/tokenizer';
import { fetchWithRetry, readPolicy } from '../core/http/retry';
import { withToken } from '../core/http/bound-token';
import { systemClock } from '../adapters/system/clock';
import { estimatedTokens, type TokenCounter } from '../core/data/tokens';
import type { HubEndpoints } from './hub';

/** A tokenizer is a help, so it is not waited for as long. */
const policy = { ...readPolicy, attempts: 2, maxBytes: 64 * 2 ** 20 };

export interface TokenizerRequest {
  /** A model's id, or a folder with a `tokenizer.json`. */
  model: string;
  /** What a relative path starts from. */
  folder: string;
  endpoints: HubEndpoints;
}

export async function openTokenizer({ model, folder, endpoints }: TokenizerRequest): Promise<TokenCounter> {
  const path = resolve(folder, model);
  if (await holdsTokenizer(path)) return localTokenizer(path);
  const [tokenizer, config] = await Promise.all([
    hubFile(endpoints, model, 'tokenizer.json'),
    hubFile(endpoints, model, 'tokenizer_config.json'),
  ]);
  return tokenizer === undefined ? estimatedTokens : tokenizerOf(model, { tokenizer, config: config ?? '{}' });
}

async function holdsTokenizer(path: string): Promise<boolean> {
  const [itself, inside] = await Promise.all([info(path), info(join(path, 'tokenizer.json'))]);
  return itself?.isFile() === true || inside !== undefined;
}

const info = (path: string) => stat(path).catch(() => undefined);

/** Undefined where the model has no such file, or cannot be reached. */
export async function hubFile(
  { hub, hubToken }: HubEndpoints,
  model: string,
  name: string,
): Promise<string | undefined> {
  if (!/^[\w-][\w.-]*(\/[\w-][\w.-]*)?$/.test(model)) return undefined;
  const url = `${hub.replace(/\/+$/, '')}/${model}/resolve/main/${name}`;
  const fetch = fetchWithRetry((address, init) => globalThis.fetch(address, init), systemClock, policy);
  try {
    const response = await fetch(url, { headers: withToken(undefined, url, hub, await hubToken()) });
    return response.ok ? await response.text() : undefined;
  } catch {
    return undefined;
  }
}
