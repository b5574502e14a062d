/** What the person's OpenSSH configuration says about a host. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { MlInternError } from '../../core/errors';
import { ownProgramEnvironment } from '../../node/child-environment';
import { readConfigFile } from './config-file';
import { named, type Settings } from './limits';

export interface AskedHost {
  host: string;
  user: string | undefined;
  port: number | undefined;
}

export async function readSettings(asked: AskedHost, configFile?: string): Promise<Settings> {
  try {
    return (await askOpenSsh(asked, configFile)) ?? (await readConfigFile(asked, configFile));
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    const said = stderr?.trim().split('\n').at(-1) ?? message;
    throw new MlInternError('bad-input', `Your SSH configuration has a fault: ${said}`, {
      next: `Mend ${configFile ?? '~/.ssh/config'} (\`ssh -G ${asked.host}\` shows the fault), then try again.`,
      cause: error,
    });
  }
}

/** `ssh -G` knows everything that ssh itself would do (Include, Match, canonical names); undefined without an ssh program. */
async function askOpenSsh(asked: AskedHost, configFile: string | undefined): Promise<Settings | undefined> {
  const user = asked.user ? ['-l', asked.user] : [];
  const file = configFile ? ['-F', configFile] : [];
  // A `Match exec` of the configuration runs commands.
  const options = { timeout: 10_000, env: ownProgramEnvironment() };
  const asking = promisify(execFile)('ssh', ['-G', ...file, ...user, '--', asked.host], options);
  const answer = await asking.catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  return answer && parseAnswer(answer.stdout);
}

function parseAnswer(text: string): Settings {
  const settings = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [, name, value] = /^(\S+)\s+(.*)$/.exec(line.trim()) ?? [];
    if (!name || !value) continue;
    const values = name.endsWith('knownhostsfile') ? splitPaths(value) : [value];
    settings.set(name, [...(settings.get(name) ?? []), ...values]);
  }
  return settings;
}

/** ssh writes paths with blanks as it writes two paths: only what looks like the beginning of a path begins one. */
function splitPaths(value: string): string[] {
  return value.split(/\s+(?=[/~%$]|[A-Za-z]:[\\/])/);
}

export function isYes(value: string | undefined): boolean {
  return /^(yes|true)$/i.test(value ?? '');
}

/** A time as OpenSSH writes it (`90`, `1m30s`), in milliseconds; undefined for none. */
export function duration(value: string | undefined): number | undefined {
  const text = named(value);
  if (text === undefined || !/^(\d+[smhdw]?)+$/i.test(text)) return undefined;
  const units: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };
  const parts = [...text.toLowerCase().matchAll(/(\d+)([smhdw]?)/g)];
  const seconds = parts.reduce((sum, [, count, unit]) => sum + Number(count) * (units[unit ?? ''] ?? 1), 0);
  return seconds === 0 ? undefined : seconds * 1000;
}
