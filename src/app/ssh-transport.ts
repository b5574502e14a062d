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
  switch (settings.sshTransport ?? 'auto') {
    case 'system':
      return new (await import('../adapters/ssh/program/program-shell')).ProgramShell(shared);
    case 'built-in':
      return new (await import('../adapters/ssh/ssh-shell')).SshShell({ ...shared, ...signIn });
    case 'auto':
      return new (await import('../adapters/ssh/auto-shell')).AutoShell({ ...shared, ...signIn, logger });
  }
}
