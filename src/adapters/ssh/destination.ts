/** Where a host name of the person leads: what their OpenSSH configuration says, with overrides on top. */
import { execFile } from 'node:child_process';
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import SSHConfig from 'ssh-config';
import { MlInternError } from '../../core/errors';
import { hasKerberosTicket, inspectIdentity } from './identity-files';
import { hostKeyName, isCertified } from './known-hosts';
import { named, needsSystemSsh, type Settings } from './limits';
import { readOptional } from './read-optional';

export interface Destination {
  hostname: string;
  port: number;
  user: string;
  identityFiles: string[];
  knownHostsFiles: string[];
  /** Prefer the files to whatever the agent holds: a server hangs up after a few wrong keys. */
  identitiesOnly: boolean;
  /** Under which name the host's key is kept, when not under its own. */
  hostKeyAlias: string | undefined;
  /** Socket of the agent; undefined for none. */
  agent: string | undefined;
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

export async function resolveDestination(
  host: string,
  overrides: DestinationOverrides = {},
  configFile?: string,
): Promise<Destination> {
  const asked = parseHost(host);
  if (isComplete(overrides)) return describe(asked, overrides, new Map());
  const settings = (await fromOpenSsh(asked, configFile)) ?? (await fromConfigFile(asked, configFile));
  refuseProxies(host, settings);
  const destination = describe(asked, overrides, settings);
  return { ...destination, needsSystem: await limitOf(settings, destination) };
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
  return {
    hostname: overrides.hostname ?? first('hostname') ?? asked.host,
    port: overrides.port ?? asked.port ?? Number(first('port') ?? 22),
    user: overrides.user ?? asked.user ?? first('user') ?? userInfo().username,
    identityFiles: overrides.identityFile ? [overrides.identityFile] : identityFiles(settings),
    knownHostsFiles: overrides.knownHostsFile ? [overrides.knownHostsFile] : knownHostsFiles(settings),
    identitiesOnly: first('identitiesonly') === 'yes',
    hostKeyAlias: named(first('hostkeyalias'))?.toLowerCase(),
    agent: overrides.identityFile ? undefined : agentSocket(first('identityagent')),
    needsSystem: undefined,
  };
}

/** Nothing of the person's configuration may then get in between, such as a proxy for all hosts. */
function isComplete(overrides: DestinationOverrides): boolean {
  const { hostname, port, user, identityFile, knownHostsFile } = overrides;
  return [hostname, port, user, identityFile, knownHostsFile].every((each) => each !== undefined);
}

interface AskedHost {
  host: string;
  user: string | undefined;
  port: number | undefined;
}

/** `host`, `user@host`, `host:port`, `ssh://user@host:port`. */
function parseHost(text: string): AskedHost {
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

/** `ssh -G` knows everything that ssh itself would do (Include, Match, canonical names); undefined without an ssh program. */
async function fromOpenSsh(asked: AskedHost, configFile: string | undefined): Promise<Settings | undefined> {
  const user = asked.user ? ['-l', asked.user] : [];
  const file = configFile ? ['-F', configFile] : [];
  try {
    const { stdout } = await promisify(execFile)('ssh', ['-G', ...file, ...user, '--', asked.host], {
      timeout: 10_000,
    });
    const settings = new Map<string, string[]>();
    for (const line of stdout.split('\n')) {
      const [, name, value] = /^(\S+)\s+(.*)$/.exec(line.trim()) ?? [];
      if (name && value) settings.set(name, [...(settings.get(name) ?? []), value]);
    }
    return settings;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    const said = (error as { stderr?: string }).stderr?.trim().split('\n').at(-1) ?? String(error);
    throw new MlInternError('bad-input', `Your SSH configuration has a fault: ${said}`, {
      next: `Mend ${configFile ?? '~/.ssh/config'} (\`ssh -G ${asked.host}\` shows the fault), then try again.`,
      cause: error,
    });
  }
}

async function fromConfigFile(asked: AskedHost, configFile: string | undefined): Promise<Settings> {
  const text = await readOptional(configFile ?? join(homedir(), '.ssh', 'config'));
  const computed = SSHConfig.parse(text).compute(asked.host, { ignoreCase: true });
  return new Map(Object.entries(computed).map(([name, value]) => [name.toLowerCase(), [value].flat()]));
}

function refuseProxies(host: string, settings: Settings): void {
  const value = named(settings.get('proxyjump')?.[0]);
  if (value === undefined) return;
  throw new MlInternError(
    'bad-input',
    `The host ${host} is reached through a proxy (${value}), which ML Intern cannot do yet.`,
    {
      next: `Open a tunnel first (for example \`ssh -N -L 2222:localhost:22 ${host}\`) and use localhost:2222 as the box.`,
    },
  );
}

function identityFiles(settings: Settings): string[] {
  const named = settings.get('identityfile');
  const usual = ['id_ed25519', 'id_ecdsa', 'id_rsa'].map((file) => `~/.ssh/${file}`);
  return (named ?? usual).map(expandHome);
}

function knownHostsFiles(settings: Settings): string[] {
  const user = settings.get('userknownhostsfile') ?? ['~/.ssh/known_hosts'];
  const machine = settings.get('globalknownhostsfile') ?? ['/etc/ssh/ssh_known_hosts'];
  return [...user, ...machine]
    .flatMap((files) => files.match(/"[^"]+"|\S+/g) ?? [])
    .map((file) => expandHome(file.replaceAll('"', '')));
}

function agentSocket(setting: string | undefined): string | undefined {
  const usual = process.platform === 'win32' ? '\\\\.\\pipe\\openssh-ssh-agent' : undefined;
  if (setting === undefined || setting === 'SSH_AUTH_SOCK') return process.env['SSH_AUTH_SOCK'] ?? usual;
  if (setting.startsWith('$')) return process.env[setting.replace(/^\$\{?|\}$/g, '')];
  return setting === 'none' ? undefined : expandHome(setting);
}

function expandHome(path: string): string {
  return path.startsWith('~/') ? join(homedir(), path.slice(2)) : path;
}
