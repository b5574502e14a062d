/**
 * Files that only the jobs that need them can read: what `ml_intern_box.sealed` opens and seals, and says the construction of.
 * The same text under the same key is always the same bytes, so that what is approved and submitted stays the same.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { MlInternError } from './errors';

/** The secret of jobs that work with the items of an evaluation. */
export const itemsKeyName = 'ML_INTERN_ITEMS_KEY';

const tagBytes = 32;

export function seal(text: string, key: string): Uint8Array {
  const plain = Buffer.from(text, 'utf8');
  const tag = tagOf(plain, key);
  return Buffer.concat([tag, underStream(plain, tag, key)]);
}

/** `what` begins the message, e.g. `The results of the job x`. */
export function unseal(sealed: Uint8Array, key: string, what: string): string {
  const tag = sealed.subarray(0, tagBytes);
  const plain = underStream(sealed.subarray(tagBytes), tag, key);
  if (tag.length === tagBytes && timingSafeEqual(tag, tagOf(plain, key))) return plain.toString('utf8');
  throw new MlInternError('job-failed', `${what} cannot be opened: they were changed on the box.`, {
    next: 'Look at who else uses the box; start a new run to measure again.',
  });
}

function tagOf(plain: Uint8Array, key: string): Buffer {
  return createHmac('sha256', `tag ${key}`).update(plain).digest();
}

function underStream(text: Uint8Array, tag: Uint8Array, key: string): Buffer {
  const stream = createHash('shake256', { outputLength: Math.max(1, text.length) })
    .update(`stream ${key}`)
    .update(tag)
    .digest();
  return Buffer.from(text.map((byte, at) => byte ^ (stream[at] ?? 0)));
}
