/** One SSH connection: host key checked, keys tried, dead peers noticed. */
import { appendFile, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Client, type ClientChannel, type ServerHostKeyAlgorithm } from 'ssh2';
import type { Secrets } from '../../core/ports/common';
import type { Prompts } from '../../core/ports/prompts';
import { batchedSocket } from './batched-socket';
import { Deadline } from './deadline';
import { type Destination, nameOf } from './destination';
import { changedHostKey, connectError, passwordExpired, unknownHostKey } from './errors';
import { fingerprint, judgeHostKey, knownHostsLine, knownKeyTypes } from './known-hosts';
import { readOptional } from './read-optional';
import { SecretDesk } from './secret-desk';
import { SignIn } from './sign-in';

/** `host` is named when it is not the box itself but one on the way to it. */
export type ConfirmHostKey = (fingerprint: string, host?: string) => Promise<boolean>;

const supportedKeyTypes = ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521'] as const;

export interface ConnectOptions {
  /** The box as the person calls it. */
  box: string;
  destination: Destination;
  confirmHostKey?: ConfirmHostKey | undefined;
  secrets?: Secrets | undefined;
  prompts?: Prompts | undefined;
  /** The way to the server when it is not reached directly; opened anew for each connection. */
  open?: (() => Promise<ClientChannel>) | undefined;
}

type Outcome = Client | { unknownKey: Buffer };

/** Asks the person about an unknown host between two connections: a person takes longer than a server waits. */
export async function connectHost(options: ConnectOptions): Promise<Client> {
  const known = (await Promise.all(options.destination.knownHostsFiles.map(readOptional))).join('\n');
  const signIn = new SignIn(options.box, options.destination, new SecretDesk(options.prompts, options.secrets));
  const first = await signedIn(options, known, signIn);
  if (first instanceof Client) return first;
  const print = fingerprint(first.unknownKey);
  if (!(await isWelcome(options, print))) throw unknownHostKey(options.box, print);
  const line = knownHostsLine(nameOf(options.destination), first.unknownKey, options.destination.hashed);
  await remember(options.destination, line);
  const second = await signedIn(options, `${known}\n${line}`, signIn);
  if (second instanceof Client) return second;
  throw unknownHostKey(options.box, fingerprint(second.unknownKey));
}

/** As StrictHostKeyChecking says. */
async function isWelcome({ destination, confirmHostKey }: ConnectOptions, print: string): Promise<boolean> {
  if (destination.unknownHost !== 'ask') return destination.unknownHost === 'accept';
  return confirmHostKey !== undefined && (await confirmHostKey(print));
}

/** Secrets too are asked for between two connections. */
async function signedIn(options: ConnectOptions, known: string, signIn: SignIn): Promise<Outcome> {
  for (;;) {
    await signIn.prepare();
    const outcome = await tryConnect(options, known, signIn);
    if (outcome instanceof Client) await signIn.done();
    if (!('ask' in outcome)) return outcome;
    await outcome.ask();
  }
}

async function tryConnect(
  options: ConnectOptions,
  known: string,
  signIn: SignIn,
): Promise<Outcome | { ask: () => Promise<void> }> {
  const { box, destination } = options;
  const name = nameOf(destination);
  const sock = await options.open?.();
  const client = new Client();
  return new Promise((resolve, reject) => {
    let refusal: Error | { unknownKey: Buffer } | undefined;
    const gone = new AbortController();
    const fail = (error: Error) => {
      deadline.end();
      gone.abort();
      const outcome = refusal ?? signIn.left ?? connectError(box, destination, signIn.unusable, error);
      return outcome instanceof Error ? reject(outcome) : resolve(outcome);
    };
    const deadline = new Deadline(destination.connectTimeoutMs, () => {
      fail(Object.assign(new Error('no answer in time'), { level: 'client-timeout' }));
      client.destroy();
    });
    const hangUp = () => {
      fail(new Error('signing in was given up'));
      client.end();
    };
    client.on('connect', () => client.setNoDelay(true));
    client.once('ready', () => {
      deadline.end();
      resolve(client);
    });
    client.once('change password', () => {
      refusal = passwordExpired(box);
      hangUp();
    });
    // An agent that cannot sign is one key less.
    client.on('error', (error) => error.level !== 'agent' && fail(error));
    client.once('close', () => fail(new Error('the server hung up')));
    client.connect({
      host: destination.hostname,
      port: destination.port,
      username: destination.user,
      authHandler: signIn.handler({ deadline, hangUp, gone: gone.signal }),
      sock: sock ?? batchedSocket(destination.hostname, destination.port),
      // The deadline stands for it: this one would run on while a person is asked.
      readyTimeout: 0,
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
