/** The SSH configuration read without an `ssh` program. `ssh-config` follows no Include, so its text is put in place first. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import SSHConfig from 'ssh-config';
import { inSshFolder } from './expand';
import { findFiles } from './find-files';
import type { Settings } from './limits';
import { readOptional } from './read-optional';

interface Asked {
  host: string;
  user: string | undefined;
}

/** As OpenSSH has it. */
const deepest = 16;

export async function readConfigFile(asked: Asked, configFile?: string): Promise<Settings> {
  const file = configFile ?? join(homedir(), '.ssh', 'config');
  const computed = compute(await includeAll(await readOptional(file), asked, 0), asked);
  const settings = new Map(Object.entries(computed).map(([name, value]) => [name.toLowerCase(), [value].flat()]));
  const hostname = settings.get('hostname')?.[0];
  if (hostname !== undefined) settings.set('hostname', [nameOfHost(hostname, asked.host)]);
  // Whichever of the two is said first is how the host is reached.
  const proxies = [...settings.keys()].filter((name) => name === 'proxyjump' || name === 'proxycommand');
  for (const name of proxies.slice(1)) settings.delete(name);
  return settings;
}

function compute(text: string, { host, user }: Asked): Record<string, string | string[]> {
  const options = { ignoreCase: true };
  const parsed = SSHConfig.parse(text);
  return user === undefined ? parsed.compute(host, options) : parsed.compute({ Host: host, User: user }, options);
}

/** HostName knows no other tokens than these. */
function nameOfHost(text: string, host: string): string {
  return text.replace(/%([h%])/g, (_, name) => (name === 'h' ? host : '%'));
}

/** What is included under a `Host` or `Match` counts only where that does, and ends where the included file ends. */
async function includeAll(text: string, asked: Asked, depth: number): Promise<string> {
  const lines: string[] = [];
  let section = 'Match all';
  for (const line of text.split(/\r?\n/)) {
    const [, name, value] = /^\s*(\w+)(?:\s*=\s*|\s+)(.*?)\s*$/.exec(line) ?? [];
    const keyword = name?.toLowerCase();
    if (keyword === 'host' || keyword === 'match') section = line;
    if (keyword !== 'include' || value === undefined) lines.push(line);
    else if (counts(section, asked)) lines.push(await included(value, asked, depth), section);
  }
  return lines.join('\n');
}

function counts(section: string, asked: Asked): boolean {
  return compute(`${section}\n  Include here\n`, asked)['include'] !== undefined;
}

async function included(value: string, asked: Asked, depth: number): Promise<string> {
  if (depth >= deepest) throw new Error(`Include goes more than ${deepest} files deep (at ${value})`);
  const patterns = (value.match(/"[^"]*"|\S+/g) ?? []).map((each) => each.replaceAll('"', ''));
  const files = (await Promise.all(patterns.map((each) => findFiles(inSshFolder(each))))).flat();
  const texts = await Promise.all(files.map(readOptional));
  const parts = texts.map(async (text) => `Match all\n${await includeAll(text, asked, depth + 1)}`);
  return (await Promise.all(parts)).join('\n');
}
