/** A cache that lasts as long as its test. */
import type { HttpCache, KeptAnswer } from '../../src/core/ports/http-cache';

export class MemoryCache implements HttpCache {
  readonly kept = new Map<string, KeptAnswer>();

  async read(key: string): Promise<KeptAnswer | undefined> {
    return this.kept.get(key);
  }

  async write(key: string, answer: KeptAnswer): Promise<void> {
    this.kept.set(key, answer);
  }

  async forget(key: string): Promise<void> {
    this.kept.delete(key);
  }
}
