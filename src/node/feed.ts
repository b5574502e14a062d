/** Writes input as fast as it is read. A reader that ends early is no failure (what counts is how it ends); a source that fails is. */
import { once } from 'node:events';
import type { Writable } from 'node:stream';

export async function feed(source: AsyncIterable<Uint8Array>, target: Writable): Promise<void> {
  const closed = new Promise<void>((resolve) => target.once('close', () => resolve()));
  for await (const chunk of source) {
    if (!target.write(chunk)) await Promise.race([once(target, 'drain').catch(() => undefined), closed]);
    if (!target.writable) return;
  }
  target.end();
}
