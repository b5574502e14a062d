// Fetches a real VS Code (code-server and the Node it runs on, both from npm) and a Chromium to look at it with.
// Nothing runs on installation: two optional addons are not compiled, the editor only logs that they are not there. Built beside its place and moved there when complete.
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { cleanEnvironment, mustRun, seconds } from '../process';
import { findProgram, installPackages } from '../system-packages';

const CODE_SERVER = '4.139.1';
const NODE = '24.21.0';
const MARKER = 'complete.json';
const REPOSITORY = resolve(__dirname, '../../..');

export interface ServerInstall {
  node: string;
  entry: string;
}

export interface EditorInstall extends ServerInstall {
  chromium: string;
}

const nodePackage = (): string => `node-linux-${process.arch}`;

export const editorFolder = (): string =>
  resolve(process.env['ML_INTERN_EDITOR_CACHE'] ?? join(REPOSITORY, '.cache', 'editor'));

/** Makes sure editor and browser are there and says where. Quick when they are. */
export async function installEditor(): Promise<EditorInstall> {
  return { ...(await installServer()), chromium: await findChromium() };
}

/** The editor alone, for whoever looks at it with a browser of their own. */
export async function installServer(): Promise<ServerInstall> {
  if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch)) {
    throw new Error(
      'The VS Code of the tests runs on Linux (x64 or arm64); on other systems press F5 in a desktop VS Code.',
    );
  }
  const folder = editorFolder();
  const wanted = JSON.stringify({ codeServer: CODE_SERVER, node: NODE, arch: process.arch });
  const marker = join(folder, MARKER);
  if (!existsSync(marker) || readFileSync(marker, 'utf8') !== wanted) {
    await fetchInto(folder, wanted);
  }
  const modules = join(folder, 'node_modules');
  return {
    node: join(modules, nodePackage(), 'bin/node'),
    entry: join(modules, 'code-server/out/node/entry.js'),
  };
}

async function fetchInto(folder: string, wanted: string): Promise<void> {
  const started = Date.now();
  const draft = `${folder}.draft-${process.pid}`;
  console.log(`  fetching VS Code (code-server ${CODE_SERVER}, Node ${NODE}) into ${folder}, once; about a minute`);
  mkdirSync(draft, { recursive: true });
  try {
    await fetchPackages(draft);
    await trim(draft);
    writeFileSync(join(draft, MARKER), wanted);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(dirname(folder), { recursive: true });
    renameSync(draft, folder);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  console.log(`  VS Code is ready (${seconds(started)})`);
}

const vscodeFolder = (folder: string): string => join(folder, 'node_modules/code-server/lib/vscode');

/** npm must run on the editor's Node. */
function npmEnvironment(folder: string): NodeJS.ProcessEnv {
  const node = join(folder, 'node_modules', nodePackage());
  return cleanEnvironment({ PATH: `${join(node, 'bin')}:${process.env['PATH'] ?? ''}` });
}

async function fetchPackages(folder: string): Promise<void> {
  const dependencies = { 'code-server': CODE_SERVER, [nodePackage()]: NODE };
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }));
  const install = ['install', '--ignore-scripts', '--omit=dev', '--no-audit', '--no-fund'];
  await step('editor and Node', () => mustRun('npm', install, { cwd: folder, env: cleanEnvironment() }));
  const vscode = vscodeFolder(folder);
  const env = npmEnvironment(folder);
  await step('its packages', () => mustRun('npm', install, { cwd: vscode, env }));
  await step('its extensions', () => mustRun('npm', install, { cwd: join(vscode, 'extensions'), env }));
  link('code-linux.sh', join(vscode, 'bin/remote-cli/code-server'));
  link('browser-linux.sh', join(vscode, 'bin/helpers/browser.sh'));
}

function link(target: string, path: string): void {
  rmSync(path, { force: true });
  symlinkSync(target, path);
}

async function trim(folder: string): Promise<void> {
  const modules = join(vscodeFolder(folder), 'node_modules');
  const foreign = [
    ...othersIn(join(modules, '@vscode/ripgrep-universal/bin')),
    ...othersIn(join(modules, 'node-pty/prebuilds')),
  ];
  for (const path of [join(modules, '@github'), join(modules, '@microsoft/mxc-sdk'), ...foreign]) {
    rmSync(path, { recursive: true, force: true });
  }
  await step('trimmed', () => mustRun('find', [folder, '-name', '*.map', '-type', 'f', '-delete']));
}

/** The entries of a per-platform folder that are not for this machine. */
function othersIn(folder: string): string[] {
  const own = `linux-${process.arch}`;
  return existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name !== own)
        .map((name) => join(folder, name))
    : [];
}

async function step(name: string, work: () => Promise<unknown>): Promise<void> {
  const started = Date.now();
  await work();
  console.log(`    ${name}: ${seconds(started)}`);
}

const BROWSERS = ['/usr/bin/chromium', 'chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

export async function findChromium(): Promise<string> {
  const named = process.env['CHROMIUM'];
  const find = (): string | null => findProgram(named === undefined ? BROWSERS : [named]);
  const found = find();
  if (found !== null) {
    return found;
  }
  if (named !== undefined) {
    throw new Error(`CHROMIUM names ${named}, which cannot be run: point it at a Chromium or Chrome, or unset it.`);
  }
  await installPackages(['chromium'], 'Looking at the editor');
  const installed = find();
  if (installed === null) {
    throw new Error('apt-get installed chromium, but no chromium program appeared: set CHROMIUM to its full path.');
  }
  return installed;
}

if (require.main === module) {
  installEditor().then(
    (install) => console.log(`VS Code: ${install.entry}\nChromium: ${install.chromium}`),
    (error: unknown) => {
      console.error(error instanceof Error ? error.message : error);
      process.exitCode = 1;
    },
  );
}
