/** One SSH connection: host key checked, keys tried, dead peers noticed. */
import { appendFile, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Client, type ClientChannel, type ServerHostKeyAlgorithm } from 'ssh2';
import type { Secrets } from '../../core/ports/common';
import { type Destination, nameOf } from './destination';
import { changedHostKey, connectError, unknownHostKey } from './errors';
import { loadIdentities } from './identities';
import { fingerprint, judgeHostKey, knownHostsLine, knownKeyTypes } from './known-hosts';
import { readOptional } from './read-optional';

/** `host` is named when it is not the box itself but one on the way to it. */
export type ConfirmHostKey = (fingerprint: string, host?: string) => Promise<boolean>;

const supportedKeyTypes = ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521'] as const;

export interface ConnectOptions {
  /** The box as the person calls it. */
  box: string;
  destination: Destination;
  confirmHostKey?: ConfirmHostKey | undefined;
  secrets?: Secrets | undefined;
  /** The way to the server when it is not reached directly; opened anew for each connection. */
  open?: (() => Promise<ClientChannel>) | undefined;
}

/** Asks the person about an unknown host between two connections: a person takes longer than a server waits. */
export async function connectHost(options: ConnectOptions): Promise<Client> {
  const known = (await Promise.all(options.destination.knownHostsFiles.map(readOptional))).join('\n');
  const first = await tryConnect(options, known);
  if (first instanceof Client) return first;
  const print = fingerprint(first.unknownKey);
  if (!(await isWelcome(options, print))) throw unknownHostKey(options.box, print);
  const line = knownHostsLine(nameOf(options.destination), first.unknownKey, options.destination.hashed);
  await remember(options.destination, line);
  const second = await tryConnect(options, `${known}\n${line}`);
  if (second instanceof Client) return second;
  throw unknownHostKey(options.box, fingerprint(second.unknownKey));
}

/** As StrictHostKeyChecking says. */
async function isWelcome({ destination, confirmHostKey }: ConnectOptions, print: string): Promise<boolean> {
  if (destination.unknownHost !== 'ask') return destination.unknownHost === 'accept';
  return confirmHostKey !== undefined && (await confirmHostKey(print));
}

async function tryConnect(options: ConnectOptions, known: string): Promise<Client | { unknownKey: Buffer }> {
  const { box, destination } = options;
  const name = nameOf(destination);
  const { methods, unusable } = await loadIdentities(destination, options.secrets);
  const sock = await options.open?.();
  const client = new Client();
  return new Promise((resolve, reject) => {
    let refusal: Error | { unknownKey: Buffer } | undefined;
    client.on('connect', () => client.setNoDelay(true));
    client.once('ready', () => resolve(client));
    client.on('error', (error) => {
      if (refusal === undefined) return reject(connectError(box, destination, unusable, error));
      return refusal instanceof Error ? reject(refusal) : resolve(refusal);
    });
    client.once('close', () => reject(connectError(box, destination, unusable, new Error('the server hung up'))));
    client.connect({
      host: destination.hostname,
      port: destination.port,
      username: destination.user,
      authHandler: methods,
      ...(sock ? { sock } : {}),
      readyTimeout: destination.connectTimeoutMs,
      keepaliveInterval: destination.keepalive.intervalMs,
      keepaliveCountMax: destination.keepalive.countMax,
      algorithms: { serverHostKey: preferred(knownKeyTypes(known, name)) },
      // The callback form, and nothing returned: a returned promise is truthy, which ssh2 takes for a yes.
      hostVerifier: (key: Buffer, answer: (accepted: boolean) => void): void => {
        const verdict = judgeHostKey(known, name, key);
        if (verdict === 'unknown') refusal = { unknownKey: Buffer.from(key) };
        else if (verdict !== 'known') refusal = changedHostKey(box, name, fingerprint(key), verdict === 'revoked');
        answer(verdict === 'known');
      },
    });
  });
}

/** A server has several keys; asking for the kind that is known avoids a false alarm. */
function preferred(known: readonly string[]): { prepend: ServerHostKeyAlgorithm[]; append: []; remove: [] } {
  const rsa: ServerHostKeyAlgorithm[] = known.includes('ssh-rsa') ? ['rsa-sha2-512', 'rsa-sha2-256'] : [];
  return { prepend: [...supportedKeyTypes.filter((type) => known.includes(type)), ...rsa], append: [], remove: [] };
}

export async function remember(destination: Destination, line: string): Promise<void> {
  const file = destination.newHostsFile;
  if (file === undefined) return;
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const before = await readOptional(file);
  await appendFile(file, before === '' || before.endsWith('\n') ? line : `\n${line}`, { mode: 0o600 });
}
