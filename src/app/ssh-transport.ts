/** Which SSH a box is reached with: our own, the machine's `ssh` program, or whichever can do the host. */
import type { BoxShell } from '../core/ports/shell';
import type { AppOptions } from './options';

export async function openSshShell(host: string, options: AppOptions): Promise<BoxShell> {
  const { confirmHostKey: confirm, secrets, prompts, logger, settings } = options;
  const shared = {
    host,
    ...(confirm ? { confirmHostKey: (print: string, hop?: string) => confirm(hop ?? host, print) } : {}),
  };
  const signIn = { secrets, ...(prompts ? { prompts } : {}) };
  const { AutoShell, ProgramShell, SshShell } = await import('../adapters/ssh/all');
  switch (settings.sshTransport ?? 'auto') {
    case 'system':
      return new ProgramShell(shared);
    case 'built-in':
      return new SshShell({ ...shared, ...signIn });
    case 'auto':
      return new AutoShell({ ...shared, ...signIn, logger });
  }
}
