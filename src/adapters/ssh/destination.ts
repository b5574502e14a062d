/** Where a host name of the person leads: what their OpenSSH configuration says, with overrides on top. */
import { userInfo } from 'node:os';
import { MlInternError } from '../../core/errors';
import { expandPath, type Tokens } from './expand';
import { type HostKeyRules, hostKeyRules } from './host-key-rules';
import { hasKerberosTicket, inspectIdentity } from './identity-files';
import { type Hop, resolveJumps } from './jumps';
import { hostKeyName, isCertified } from './known-hosts';
import { named, needsSystemSsh, type Settings } from './limits';
import { readOptional } from './read-optional';
import { type AskedHost, duration, isYes, readSettings } from './settings';

export interface Destination extends HostKeyRules {
  hostname: string;
  port: number;
  user: string;
  identityFiles: string[];
  /** Of the agent's keys only those that a file names. */
  identitiesOnly: boolean;
  /** Under which name the host's key is kept, when not under its own. */
  hostKeyAlias: string | undefined;
  /** Socket of the agent; undefined for none. */
  agent: string | undefined;
  connectTimeoutMs: number;
  /** How a dead connection is noticed. */
  keepalive: { intervalMs: number; countMax: number };
  /** The hosts on the way, the nearest first. */
  jumps: Hop<Destination>[];
  /** Why only the `ssh` program can connect to it; undefined when the built-in transport can. */
  needsSystem: string | undefined;
}

export interface DestinationOverrides {
  hostname?: string;
  port?: number;
  user?: string;
  identityFile?: string;
  knownHostsFile?: string;
}

const usualConnectTimeoutMs = 20_000;
/** A connection that died without a word is told after about four intervals. */
const usualKeepalive = { intervalMs: 5_000, countMax: 3 };

export async function resolveDestination(
  host: string,
  overrides: DestinationOverrides = {},
  configFile?: string,
): Promise<Destination> {
  const asked = parseHost(host);
  if (isComplete(overrides)) return describe(asked, overrides, new Map());
  const destination = await resolveAlone(asked, overrides, await readSettings(asked, configFile));
  const toHop = async (hop: string, isFirst: boolean) => {
    const askedHop = parseHost(hop);
    const settings = await readSettings(askedHop, configFile);
    return resolveAlone(askedHop, {}, isFirst ? settings : withoutProxies(settings));
  };
  const jumps = await resolveJumps(host, destination.proxyJump, toHop);
  const limited = jumps.find(({ destination: { needsSystem } }) => needsSystem !== undefined);
  const ofHop = limited && `of its jump host ${limited.name}: ${limited.destination.needsSystem}`;
  return { ...destination, jumps, needsSystem: destination.needsSystem ?? ofHop };
}

/** Who says how a host is reached has said it for all but the first on the way. */
function withoutProxies(settings: Settings): Settings {
  return new Map([...settings].filter(([name]) => name !== 'proxyjump' && name !== 'proxycommand'));
}

async function resolveAlone(asked: AskedHost, overrides: DestinationOverrides, settings: Settings) {
  const destination = describe(asked, overrides, settings);
  const needsSystem = await limitOf(settings, destination);
  return { ...destination, needsSystem, proxyJump: named(settings.get('proxyjump')?.[0]) };
}

async function limitOf(settings: Settings, destination: Destination): Promise<string | undefined> {
  const known = (await Promise.all(destination.knownHostsFiles.map(readOptional))).join('\n');
  const identityFiles = await Promise.all(destination.identityFiles.map(inspectIdentity));
  const certified = isCertified(known, nameOf(destination));
  return needsSystemSsh(settings, identityFiles, { certified, hasTicket: hasKerberosTicket() });
}

/** Under which name the host's key is kept. */
export function nameOf(destination: Destination): string {
  return destination.hostKeyAlias ?? hostKeyName(destination.hostname, destination.port);
}

function describe(asked: AskedHost, overrides: DestinationOverrides, settings: Settings): Destination {
  const first = (name: string) => settings.get(name)?.[0];
  const hostKeyAlias = named(first('hostkeyalias'))?.toLowerCase();
  const place = {
    hostname: overrides.hostname ?? first('hostname') ?? asked.host,
    port: overrides.port ?? asked.port ?? Number(first('port') ?? 22),
    user: overrides.user ?? asked.user ?? first('user') ?? userInfo().username,
  };
  const tokens: Tokens = { original: asked.host, ...place, hostKeyAlias };
  const rules = hostKeyRules(settings, tokens);
  const kept = overrides.knownHostsFile;
  return {
    ...place,
    ...rules,
    ...(kept === undefined ? {} : { knownHostsFiles: [kept], newHostsFile: kept }),
    identityFiles: overrides.identityFile ? [overrides.identityFile] : identityFiles(settings, tokens),
    identitiesOnly: isYes(first('identitiesonly')),
    hostKeyAlias,
    agent: overrides.identityFile ? undefined : agentSocket(first('identityagent'), tokens),
    ...patience(settings),
    jumps: [],
    needsSystem: undefined,
  };
}

/** Nothing of the person's configuration may then get in between, such as a proxy for all hosts. */
function isComplete(overrides: DestinationOverrides): boolean {
  const { hostname, port, user, identityFile, knownHostsFile } = overrides;
  return [hostname, port, user, identityFile, knownHostsFile].every((each) => each !== undefined);
}

/** `host`, `user@host`, `host:port`, `ssh://user@host:port`. */
export function parseHost(text: string): AskedHost {
  const match = /^(?:ssh:\/\/)?(?:([^@\s/]+)@)?(\[[0-9a-fA-F:.%]+\]|[^:@\s/-][^:@\s/]*)(?::(\d{1,5}))?\/?$/.exec(
    text.trim(),
  );
  const host = match?.[2];
  if (!host) {
    throw new MlInternError('bad-input', `\`${text}\` is not a host.`, {
      next: 'Give a host as `ssh` knows it: a name of your ~/.ssh/config, or user@host, or user@host:port.',
    });
  }
  return { host: host.replace(/^\[|\]$/g, ''), user: match[1], port: match[3] ? Number(match[3]) : undefined };
}

function identityFiles(settings: Settings, tokens: Tokens): string[] {
  const usual = ['id_ed25519', 'id_ecdsa', 'id_rsa'].map((file) => `~/.ssh/${file}`);
  const files = settings.get('identityfile') ?? usual;
  return files.filter((file) => named(file) !== undefined).map((file) => expandPath(file, tokens));
}

/** How long a server may keep silent, before it is connected and after. */
export function patience(settings: Settings): Pick<Destination, 'connectTimeoutMs' | 'keepalive'> {
  const first = (name: string) => settings.get(name)?.[0];
  const intervalMs = duration(first('serveraliveinterval'));
  const countMax = Number(first('serveralivecountmax')) || usualKeepalive.countMax;
  return {
    connectTimeoutMs: duration(first('connecttimeout')) ?? usualConnectTimeoutMs,
    keepalive: intervalMs === undefined ? usualKeepalive : { intervalMs, countMax },
  };
}

function agentSocket(setting: string | undefined, tokens: Tokens): string | undefined {
  const usual = process.platform === 'win32' ? '\\\\.\\pipe\\openssh-ssh-agent' : undefined;
  if (setting === undefined || setting === 'SSH_AUTH_SOCK') return process.env['SSH_AUTH_SOCK'] ?? usual;
  if (/^\$\w+$/.test(setting)) return process.env[setting.slice(1)];
  return setting === 'none' ? undefined : expandPath(setting, tokens);
}
