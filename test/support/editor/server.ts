// Starts the VS Code server with a user-data folder, settings and an extensions folder of its own, and ends its whole process group.
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { cleanEnvironment, mustRun } from '../process';
import { copyExtension, type ExtensionSource } from './extension';
import type { ServerInstall } from './install';

export interface ServerOptions {
  install: ServerInstall;
  /** Holds everything of this server: sockets too, so keep it short. */
  folder: string;
  /** Settings, state and logs; inside `folder` unless they should outlive it. */
  userData?: string;
  port?: number;
  extension?: ExtensionSource;
  env?: Record<string, string>;
  settings?: Record<string, unknown>;
  /** Needed to run tests inside the extension host. It keeps notifications from popping up. */
  testDriver?: boolean;
}

export interface Server {
  url: string;
  userData: string;
  logFile: string;
  close(): Promise<void>;
}

/** No welcome page, no AI of the editor's own, no trust question, no look-ups: only the extension under test. */
const QUIET_SETTINGS: Record<string, unknown> = {
  'workbench.startupEditor': 'none',
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
  'workbench.tips.enabled': false,
  'workbench.reduceMotion': 'on',
  'workbench.editor.useModal': 'off',
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
  'chat.commandCenter.enabled': false,
  'editor.minimap.enabled': false,
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'git.enabled': false,
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'update.showReleaseNotes': false,
};

export function freePort(): Promise<number> {
  return new Promise((found, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => found(port));
    });
  });
}

export async function startServer(options: ServerOptions): Promise<Server> {
  const { folder, install } = options;
  const port = options.port ?? (await freePort());
  const userData = options.userData ?? join(folder, 'user');
  const extensionsFolder = join(folder, 'ext');
  const logFile = join(folder, 'server.log');
  const config = prepareFolders(folder, userData, extensionsFolder, port, options.settings ?? {});
  const places = ['--config', config, '--user-data-dir', userData, '--extensions-dir', extensionsFolder];
  const env = serverEnvironment(folder, options.env ?? {});
  if (options.extension !== undefined && 'vsix' in options.extension) {
    await mustRun(install.node, [install.entry, ...places, '--install-extension', resolve(options.extension.vsix)], {
      env,
    });
  } else if (options.extension !== undefined) {
    await copyExtension(options.extension.developmentPath, extensionsFolder);
  }
  const child = launch([...serverArguments(port, options.testDriver === true), ...places], { env, install, logFile });
  const url = `http://127.0.0.1:${port}`;
  try {
    await healthy(url, child, logFile);
  } catch (error) {
    await end(child);
    throw error;
  }
  return { url, userData, logFile, close: () => end(child) };
}

function prepareFolders(folder: string, userData: string, extensions: string, port: number, settings: object): string {
  for (const path of [join(userData, 'User'), extensions, join(folder, 'tmp')]) {
    mkdirSync(path, { recursive: true });
  }
  const settingsFile = join(userData, 'User/settings.json');
  if (!existsSync(settingsFile)) {
    writeFileSync(settingsFile, JSON.stringify({ ...QUIET_SETTINGS, ...settings }, null, 2));
  }
  const config = join(folder, 'config.yaml');
  writeFileSync(config, `auth: none\nbind-addr: 127.0.0.1:${port}\ncert: false\n`);
  return config;
}

function serverEnvironment(folder: string, extra: Record<string, string>): NodeJS.ProcessEnv {
  const env = cleanEnvironment({
    XDG_DATA_HOME: join(folder, 'xd'),
    XDG_CONFIG_HOME: join(folder, 'xc'),
    TMPDIR: join(folder, 'tmp'),
    EXTENSIONS_GALLERY: '{}',
    ...extra,
  });
  delete env['VSCODE_IPC_HOOK_CLI'];
  delete env['VSCODE_PROXY_URI'];
  delete env['PORT'];
  return env;
}

function serverArguments(port: number, testDriver: boolean): string[] {
  const quiet = ['--disable-telemetry', '--disable-update-check', '--disable-workspace-trust', '--disable-proxy'];
  return [
    ...['--auth', 'none', '--bind-addr', `127.0.0.1:${port}`, '--reconnection-grace-time', '1', '--ignore-last-opened'],
    ...[...quiet, '--disable-getting-started-override'],
    ...(testDriver ? ['--vscode-option', 'enable-smoke-test-driver'] : []),
  ];
}

interface Launch {
  env: NodeJS.ProcessEnv;
  install: ServerInstall;
  logFile: string;
}

function launch(args: string[], { env, install, logFile }: Launch): ChildProcess {
  const log = openSync(logFile, 'a');
  const child = spawn(install.node, [install.entry, ...args], { env, detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  return child;
}

async function healthy(url: string, child: ChildProcess, logFile: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) {
      throw new Error(`The VS Code server ended with code ${child.exitCode} before it was ready; see ${logFile}.`);
    }
    const answer = await fetch(`${url}/healthz`).catch(() => null);
    if (answer?.ok === true) {
      return;
    }
    await pause(100);
  }
  throw new Error(`The VS Code server did not answer within a minute; see ${logFile}.`);
}

/** Ends the group politely, then for certain: extension hosts may linger otherwise. */
async function end(child: ChildProcess): Promise<void> {
  const { pid } = child;
  if (pid === undefined) {
    return;
  }
  const gone = new Promise<true>((done) => child.once('exit', () => done(true)));
  if (child.exitCode === null && child.signalCode === null) {
    signal(pid, 'SIGTERM');
    await Promise.race([gone, pause(6000, undefined, { ref: false })]);
  }
  signal(pid, 'SIGKILL');
}

function signal(group: number, name: NodeJS.Signals): void {
  try {
    process.kill(-group, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') {
      throw error;
    }
  }
}
