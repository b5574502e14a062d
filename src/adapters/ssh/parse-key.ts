/** Opening a locked key takes a second of work on purpose; a second time with the same passphrase it is free. */
import { createHash } from 'node:crypto';
import { type ParsedKey, utils } from 'ssh2';

const opened = new Map<string, ParsedKey>();

export function parseKey(text: string, passphrase: string | undefined): ParsedKey | Error {
  if (passphrase === undefined) return utils.parseKey(text);
  const name = createHash('sha256')
    .update(JSON.stringify([text, passphrase]))
    .digest('hex');
  const key = opened.get(name) ?? utils.parseKey(text, passphrase);
  if (!(key instanceof Error)) opened.set(name, key);
  return key;
}
