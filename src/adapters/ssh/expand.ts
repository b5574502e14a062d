/** Names of files as an OpenSSH configuration writes them: `~`, `%` tokens and `${VARIABLES}`. */
import { homedir, hostname, userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';

export interface Tokens {
  /** As the person wrote it. */
  original: string;
  hostname: string;
  port: number;
  user: string;
  hostKeyAlias?: string | undefined;
}

export function expandTokens(text: string, tokens: Tokens): string {
  const values: Record<string, string> = {
    '%': '%',
    d: homedir(),
    h: tokens.hostname,
    i: String(userInfo().uid),
    k: tokens.hostKeyAlias ?? tokens.original,
    l: hostname(),
    n: tokens.original,
    p: String(tokens.port),
    r: tokens.user,
    u: userInfo().username,
  };
  return text.replace(/%(.)/g, (all, name: string) => values[name] ?? all);
}

/** A token's value is no token again, nor a variable. */
export function expandPath(text: string, tokens: Tokens): string {
  const known = text.replace(/\$\{(\w+)\}/g, (all, name: string) => process.env[name]?.replaceAll('%', '%%') ?? all);
  return expandHome(expandTokens(known, tokens));
}

export function expandHome(path: string): string {
  return /^~[/\\]/.test(path) ? join(homedir(), path.slice(2)) : path;
}

/** What is included is looked for in the person's own SSH folder. */
export function inSshFolder(path: string): string {
  const expanded = expandHome(path);
  return isAbsolute(expanded) ? expanded : join(homedir(), '.ssh', expanded);
}
