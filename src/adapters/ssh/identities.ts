/** The person's keys, in the order in which a server gets to see them. */
import { readFile, stat } from 'node:fs/promises';
import type { ParsedKey } from 'ssh2';
import { type AgentKey, agentKeys, parsePublic } from './agent-keys';
import type { Destination } from './destination';
import { openToOthers } from './errors';
import { parseKey } from './parse-key';
import { readOptional } from './read-optional';
import type { SecretDesk } from './secret-desk';

/** A key file that wants a passphrase; its public half is often readable without. */
export interface LockedKey {
  kind: 'locked';
  path: string;
  text: string;
  publicKey: ParsedKey | undefined;
}

export type Identity = { kind: 'agent'; key: AgentKey } | { kind: 'file'; path: string; key: ParsedKey } | LockedKey;

export interface Identities {
  identities: Identity[];
  /** Key files that could not be used, and why. */
  unusable: string[];
}

export const passphraseName = (path: string): string => `ssh-key:${path}`;

/** A key that the agent may hold, told by its public half alone. */
interface NamedKey {
  kind: 'named';
  publicKey: ParsedKey;
}

/**
 * The agent first, then each key file; with IdentitiesOnly the files, and of the agent only the keys that these name: a server
 * hangs up after a few wrong ones. The agent spares the passphrase of a file whose key it holds.
 */
export async function loadIdentities(destination: Destination, desk: SecretDesk): Promise<Identities> {
  const held = destination.agent ? await agentKeys(destination.agent) : [];
  const files: Identity[] = [];
  const unusable: string[] = [];
  for (const path of destination.identityFiles) {
    const found = await loadFile(path, desk);
    if (found === undefined) continue;
    const inAgent = typeof found !== 'string' && 'publicKey' in found ? heldFor(found.publicKey, held) : undefined;
    if (inAgent) files.push({ kind: 'agent', key: inAgent });
    else if (typeof found !== 'string' && found.kind === 'named') continue;
    else if (typeof found === 'string') unusable.push(found);
    else if (found.kind === 'locked' && !desk.attended) unusable.push(`${path} is protected by a passphrase`);
    else files.push(found);
  }
  if (destination.identitiesOnly) return { identities: files, unusable };
  const agent = held.map((key): Identity => ({ kind: 'agent', key }));
  return { identities: [...agent, ...files.filter(({ kind }) => kind !== 'agent')], unusable };
}

/** A sentence when it cannot be used, nothing when it is not there. */
async function loadFile(path: string, desk: SecretDesk): Promise<Identity | NamedKey | string | undefined> {
  const text = await readOptional(path);
  // As OpenSSH does where the secret half is only in the agent.
  const [named] = parsePublic(text === '' ? await readOptional(`${path}.pub`) : text);
  if (named && !named.isPrivateKey()) return { kind: 'named', publicKey: named };
  if (text === '') return undefined;
  if (await readableByOthers(path)) return `${path}${openToOthers}`;
  const name = passphraseName(path);
  const passphrase = await desk.known(name);
  const key = parseKey(text, passphrase);
  if (!(key instanceof Error)) return { kind: 'file', path, key };
  const locked = passphrase !== undefined || /no passphrase given/i.test(key.message);
  if (!locked) return `${path} is not a key that can be used here (${key.message})`;
  if (passphrase !== undefined && !desk.attended) return `the passphrase kept for ${path} does not fit`;
  if (passphrase !== undefined) await desk.wrong(name, passphrase);
  return { kind: 'locked', path, text, publicKey: await publicHalf(path, text) };
}

/** Of the key itself where its format shows it, else of the file beside it. */
async function publicHalf(path: string, text: string): Promise<ParsedKey | undefined> {
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]+?)-----END/.exec(text)?.[1];
  const beside = await readFile(`${path}.pub`, 'utf8').catch(() => '');
  const [key] = parsePublic(body === undefined ? beside : publicLine(Buffer.from(body, 'base64')));
  return key;
}

/** As a line of authorized_keys. The file: a magic word, three strings, the number of keys, then the public key as a string. */
function publicLine(file: Buffer): string {
  let at = 'openssh-key-v1\0'.length;
  for (let skipped = 0; skipped < 3; skipped++) at += 4 + file.readUInt32BE(at);
  at += 4;
  const blob = file.subarray(at + 4, at + 4 + file.readUInt32BE(at));
  const type = blob.subarray(4, 4 + blob.readUInt32BE(0)).toString('latin1');
  return `${type} ${blob.toString('base64')}`;
}

function heldFor(publicHalf: ParsedKey | undefined, held: readonly AgentKey[]): AgentKey | undefined {
  const wanted = publicHalf?.getPublicSSH();
  return wanted && held.find(({ publicKey }) => publicKey.getPublicSSH().equals(wanted));
}

/** As OpenSSH sees it: a key of one's own that others may read is no secret. */
async function readableByOthers(path: string): Promise<boolean> {
  if (process.platform === 'win32') return false;
  const { mode, uid } = await stat(path);
  return uid === process.getuid?.() && (mode & 0o077) !== 0;
}
