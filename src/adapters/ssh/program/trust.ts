/** An unknown host: its key is fetched without logging in, shown to the person, and kept on a yes. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConfirmHostKey, remember } from '../connect';
import { resolveDestination } from '../destination';
import { unknownHostKey } from '../errors';
import { fingerprint } from '../known-hosts';
import { readOptional } from '../read-optional';
import { pathValue, type ProgramHost, sshArguments } from './arguments';
import { unknownOnTheWay } from './failures';
import { startSsh } from './process';

export async function trust(target: ProgramHost, confirm: ConfirmHostKey | undefined): Promise<void> {
  const destination = await resolveDestination(target.host, {}, target.configFile);
  const line = await fetchKey(target, destination.connectTimeoutMs);
  const key = line.split(/\s+/)[2];
  if (key === undefined) throw unknownOnTheWay(target.host);
  const print = fingerprint(Buffer.from(key, 'base64'));
  if (!confirm || destination.unknownHost === 'refuse' || !(await confirm(print)))
    throw unknownHostKey(target.host, print);
  await remember(destination, `${line}\n`);
}

/** As `ssh` itself writes it; empty when a host before it is the unknown one. */
async function fetchKey(target: ProgramHost, patienceMs: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ml-intern-key-'));
  try {
    const file = join(folder, 'known_hosts');
    const options = [
      'ControlPath=none',
      `ConnectTimeout=${Math.ceil(patienceMs / 1000)}`,
      'PreferredAuthentications=none',
      'StrictHostKeyChecking=accept-new',
      `UserKnownHostsFile=${pathValue(file)}`,
      'GlobalKnownHostsFile=none',
    ];
    const { child, ended } = startSsh(
      sshArguments(
        target,
        options.flatMap((option) => ['-o', option]),
        'exit',
      ),
    );
    child.stdin.end();
    child.stdout.resume();
    await ended;
    return (await readOptional(file)).split('\n')[0] ?? '';
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
