/** A box to be ill-treated: a real sshd behind a link that can be broken, with keys and a root folder of its own. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { readBoxPackage } from '../../src/adapters/files/box-package';
import { localFiles } from '../../src/adapters/files/local-files';
import { SshShell } from '../../src/adapters/ssh/ssh-shell';
import type { DestinationOverrides } from '../../src/adapters/ssh/destination';
import { systemClock } from '../../src/adapters/system/clock';
import { SupervisedBox } from '../../src/core/box/supervised-box';
import type { Shell } from '../../src/core/ports/shell';
import { Link } from './link';
import { killAllOf } from './processes';
import { startTestSshd, type TestSshd } from './sshd';

/** What a client in a process of its own needs to reach the box. */
export interface Address {
  destination: DestinationOverrides;
  root: string;
}

export interface World extends Address {
  sshd: TestSshd;
  link: Link;
  /** Scratch, removed with the world. */
  folder: string;
  jobFolder(id: string): string;
  close(): Promise<void>;
}

export async function openWorld(root?: string): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'ml-intern-world-'));
  const sshd = await startTestSshd();
  const link = await Link.open(sshd);
  const knownHostsFile = join(folder, 'known_hosts');
  // The same key under the link's port: a restarted server writes its own file anew.
  const known = await readFile(sshd.knownHostsPath, 'utf8');
  await writeFile(knownHostsFile, known.replace(`:${sshd.port} `, `:${link.port} `));
  const { host: hostname, user, keyPath: identityFile } = sshd;
  const place = root ?? join(folder, 'box');
  return {
    destination: { hostname, port: link.port, user, identityFile, knownHostsFile },
    root: place,
    sshd,
    link,
    folder,
    jobFolder: (id) => join(place, 'jobs', id),
    close: async () => {
      killAllOf(place);
      await link.close();
      await sshd.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export async function withWorld<T>(act: (world: World) => Promise<T>, root?: string): Promise<T> {
  const world = await openWorld(root);
  try {
    return await act(world);
  } finally {
    await world.close();
  }
}

/** The box as the product opens it; `around` may change what runs on it. */
export async function openBox(address: Address, around: (shell: Shell) => Shell = (shell) => shell) {
  const shell = new SshShell({ host: 'box', configFile: '/dev/null', overrides: address.destination });
  const packageFiles = await readBoxPackage(resolve(__dirname, '../../box'));
  const files = { transfer: shell, local: localFiles };
  return new SupervisedBox({
    name: 'box',
    shell: around(shell),
    packageFiles,
    root: address.root,
    files,
    clock: systemClock,
  });
}
