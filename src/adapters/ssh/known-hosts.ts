/** OpenSSH's known_hosts: plain and hashed names, patterns, `[host]:port`, @revoked. Nothing well kept exists for it. */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

export type HostKeyVerdict = 'known' | 'changed' | 'unknown' | 'revoked';

interface Entry {
  marker: string;
  names: string;
  type: string;
  key: string;
}

/** As OpenSSH writes it: the port only when it is not 22. */
export function hostKeyName(host: string, port: number): string {
  return port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`;
}

export function judgeHostKey(text: string, name: string, key: Uint8Array): HostKeyVerdict {
  const mine = entriesFor(text, name);
  const encoded = Buffer.from(key).toString('base64');
  const same = mine.filter((entry) => entry.key === encoded);
  if (same.some((entry) => entry.marker === '@revoked')) return 'revoked';
  if (same.some((entry) => entry.marker === '')) return 'known';
  return mine.some((entry) => entry.marker === '') ? 'changed' : 'unknown';
}

/** Key types that are known for a host: the server should be asked for one of these. */
export function knownKeyTypes(text: string, name: string): string[] {
  const types = entriesFor(text, name).filter((entry) => entry.marker === '');
  return [...new Set(types.map((entry) => entry.type))];
}

/** Whether an authority vouches for the host, which needs certificates. */
export function isCertified(text: string, name: string): boolean {
  return entriesFor(text, name).some((entry) => entry.marker === '@cert-authority');
}

export function knownHostsLine(name: string, key: Uint8Array, hashed = false): string {
  return `${hashed ? hashedName(name) : name} ${keyType(key)} ${Buffer.from(key).toString('base64')}\n`;
}

/** As `ssh-keygen -l` shows it. */
export function fingerprint(key: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/** The wire format begins with the length and the name of the key's type. */
function keyType(key: Uint8Array): string {
  const bytes = Buffer.from(key);
  return bytes.toString('latin1', 4, 4 + bytes.readUInt32BE(0));
}

function entriesFor(text: string, name: string): Entry[] {
  return text
    .split(/\r?\n/)
    .map(parseLine)
    .filter((entry) => entry !== undefined)
    .filter((entry) => matches(entry.names, name));
}

function parseLine(line: string): Entry | undefined {
  const words = line.trim().split(/\s+/);
  const marker = words[0]?.startsWith('@') ? (words.shift() ?? '') : '';
  const [names, type, key] = words;
  if (!names || names.startsWith('#') || !type || !key) return undefined;
  return { marker, names, type, key };
}

function matches(names: string, name: string): boolean {
  if (names.startsWith('|1|')) return matchesHashed(names, name);
  const patterns = names.toLowerCase().split(',');
  const negated = patterns.filter((pattern) => pattern.startsWith('!')).map((pattern) => pattern.slice(1));
  if (negated.some((pattern) => matchesPattern(pattern, name))) return false;
  return patterns.some((pattern) => matchesPattern(pattern, name));
}

function matchesPattern(pattern: string, name: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`).test(name);
}

function matchesHashed(names: string, name: string): boolean {
  const [, , salt, hash] = names.split('|');
  if (!salt || !hash) return false;
  const expected = Buffer.from(hash, 'base64');
  const actual = hashOf(name, Buffer.from(salt, 'base64'));
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

function hashedName(name: string): string {
  const salt = randomBytes(20);
  return `|1|${salt.toString('base64')}|${hashOf(name, salt).toString('base64')}`;
}

function hashOf(name: string, salt: Uint8Array): Buffer {
  return createHmac('sha1', salt).update(name).digest();
}
