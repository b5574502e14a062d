/** Follows a job and says by how much this process grew at most. */
import './as-shipped';
import { SshShell } from '../../../src/adapters/ssh/ssh-shell';
import type { DestinationOverrides } from '../../../src/adapters/ssh/destination';
import { followStdout } from './logs';
import { openBenchBox } from './stage';

interface Task {
  destination: DestinationOverrides;
  root: string;
  id: string;
}

async function main({ destination, root, id }: Task): Promise<void> {
  const shell = new SshShell({ host: 'bench', configFile: '/dev/null', overrides: destination });
  const box = await openBenchBox(shell, root);
  await box.status([id]);
  globalThis.gc?.();
  const before = process.memoryUsage.rss();
  let most = before;
  const sampling = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 20);
  const bytes = await followStdout(box, id);
  clearInterval(sampling);
  await box.close();
  process.stdout.write(JSON.stringify({ bytes, growthMB: Math.max(0, most - before) / 1e6 }));
}

main(JSON.parse(process.argv[2] ?? '') as Task).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
