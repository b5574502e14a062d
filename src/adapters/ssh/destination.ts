/** Where a host name of the person leads: what their OpenSSH configuration says, with overrides on top. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import SSHConfig from 'ssh-config';
import { MlInternError } from '../../core/errors';

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
}

export interface DestinationOverrides {
  hostname?: string;
  port?: number;
  user?: string;
  identityFile?: string;
  knownHostsFile?: string;
}

type Settings = Map<string, string[]>;

export async function resolveDestination(
  host: string,
  overrides: DestinationOverrides = {},
  configFile?: string,
): Promise<Destination> {
  const asked = parseHost(host);
  const settings = isComplete(overrides)
    ? new Map<string, string[]>()
    : ((await fromOpenSsh(asked, configFile)) ?? (await fromConfigFile(asked, configFile)));
  refuseProxies(host, settings);
  const first = (name: string) => settings.get(name)?.[0];
  return {
    hostname: overrides.hostname ?? first('hostname') ?? asked.host,
    port: overrides.port ?? asked.port ?? Number(first('port') ?? 22),
    user: overrides.user ?? asked.user ?? first('user') ?? userInfo().username,
    identityFiles: overrides.identityFile ? [overrides.identityFile] : identityFiles(settings),
    knownHostsFiles: overrides.knownHostsFile ? [overrides.knownHostsFile] : knownHostsFiles(settings),
    identitiesOnly: first('identitiesonly') === 'yes',
    hostKeyAlias: named(first('hostkeyalias')),
    agent: overrides.identityFile ? undefined : agentSocket(first('identityagent')),
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
    const settings: Settings = new Map();
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
  for (const name of ['proxyjump', 'proxycommand']) {
    const value = named(settings.get(name)?.[0]);
    if (value === undefined) continue;
    throw new MlInternError(
      'bad-input',
      `The host ${host} is reached through a proxy (${value}), which ML Intern cannot do yet.`,
      {
        next: `Open a tunnel first (for example \`ssh -N -L 2222:localhost:22 ${host}\`) and use localhost:2222 as the box.`,
      },
    );
  }
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

function named(value: string | undefined): string | undefined {
  return value === undefined || value === '' || value === 'none' ? undefined : value;
}

function expandHome(path: string): string {
  return path.startsWith('~/') ? join(homedir(), path.slice(2)) : path;
}

export async function readOptional(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES') return '';
    throw error;
  }
}
