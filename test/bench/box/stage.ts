/** What the measurements of the box share: a server, our box and shell on it, OpenSSH's programs, and a folder in memory. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { readBoxPackage } from '../../../src/adapters/files/box-package';
import { localFiles } from '../../../src/adapters/files/local-files';
import type { SshShell } from '../../../src/adapters/ssh/ssh-shell';
import { systemClock } from '../../../src/adapters/system/clock';
import { SupervisedBox } from '../../../src/core/box/supervised-box';
import { killAllOf } from '../../support/processes';
import { startTestSshd, type TestSshd } from '../../support/sshd';
import { type OpenSsh, openSsh } from './openssh';

const roomNeeded = 8 * 2 ** 30;

export interface BenchStage {
  folder: string;
  root: string;
  sshd: TestSshd;
  shell: SshShell;
  box: SupervisedBox;
  peer: OpenSsh;
  close(): Promise<void>;
}

export async function openStage(note: (text: string) => void): Promise<BenchStage> {
  const folder = await mkdtemp(join(await roomyFolder(note), 'ml-intern-bench-'));
  const root = join(folder, 'box');
  const sshd = await startTestSshd();
  const shell = sshd.shell();
  const peer = await openSsh(sshd);
  return {
    folder,
    root,
    sshd,
    shell,
    box: await openBenchBox(shell, root),
    peer,
    close: async () => {
      killAllOf(root);
      await peer.close();
      await shell.close();
      await sshd.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export async function openBenchBox(shell: SshShell, root: string): Promise<SupervisedBox> {
  const packageFiles = await readBoxPackage(resolve(__dirname, '../../../box'));
  const files = { transfer: shell, local: localFiles };
  return new SupervisedBox({ name: 'bench', shell, packageFiles, root, files, clock: systemClock });
}

/** In memory where there is room: a shared disk says more of its neighbours than of us. */
async function roomyFolder(note: (text: string) => void): Promise<string> {
  const memory = '/dev/shm';
  const { bavail, bsize } = existsSync(memory) ? await statfs(memory) : { bavail: 0, bsize: 0 };
  const roomy = bavail * bsize > roomNeeded;
  note(roomy ? `Files lie in memory (${memory}).` : 'Files lie on the disk: there is no room in memory.');
  return roomy ? memory : tmpdir();
}
