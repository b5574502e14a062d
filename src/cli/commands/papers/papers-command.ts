/** What every command about papers has: the offline switch, the services, and how their silences are told. */
import type { Command } from 'commander';
import type { Papers } from '../../../core/ports/papers';
import { appOptions, type Cli, type GlobalOptions } from '../../app';
import { plain } from '../../format';
import { command } from '../../options';

export function onPapers(name: string, description: string): Command {
  return command(name, description).option('--offline', 'answer from the cache only (also with ML_INTERN_OFFLINE=1)');
}

export async function papersOf(cli: Cli, options: GlobalOptions): Promise<Papers> {
  return (await cli.loadApp()).openPapers(appOptions(cli, options));
}

/** What is missing from an answer, and what is old, goes to stderr: stdout holds the answer. */
export function tellGaps(
  { terminal }: Cli,
  { missing = [], notes = [] }: { missing?: string[]; notes?: string[] },
): void {
  for (const text of [...missing, ...notes]) terminal.err(`Note: ${plain(text).replace(/\.$/, '')}.\n`);
}
