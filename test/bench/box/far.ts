/** Small files over a link on which an answer takes 20 ms: there each file that is waited for has its price. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Link } from '../../support/link';
import type { Row } from '../row';
import { openSsh } from './openssh';
import { measureSmallFiles } from './small-files';
import { type BenchStage, openBenchBox } from './stage';

const pace = { bytesPerSecond: 125e6, delayMs: 10 };
/** Few, and one turn only: OpenSSH's `scp -r` takes about a tenth of a second for each. */
const amount = { count: 200, repetitions: 1, where: ', 20 ms away', all: false };

export async function farSmallFiles({ folder, root, sshd }: BenchStage): Promise<Row[]> {
  const link = await Link.open(sshd);
  link.slowDown(pace);
  const knownHostsPath = join(folder, 'known-hosts-far');
  const known = await readFile(sshd.knownHostsPath, 'utf8');
  await writeFile(knownHostsPath, known.replace(`:${sshd.port} `, `:${link.port} `));
  const peer = await openSsh({ ...sshd, port: link.port, knownHostsPath });
  const shell = sshd.shell({ overrides: { port: link.port, knownHostsFile: knownHostsPath } });
  try {
    return await measureSmallFiles({ folder, root, box: await openBenchBox(shell, root), peer }, amount);
  } finally {
    await peer.close();
    await shell.close();
    await link.close();
  }
}
