// Runs mocha tests inside a real extension host, where `import * as vscode from 'vscode'` is the real thing.
// Notifications do not pop up there, and modal questions and file dialogs are refused: stories that need them drive the window instead.
import { build } from 'esbuild';
import { existsSync, mkdtempSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { format } from 'node:util';
import type { BrowserContext, Page } from 'playwright-core';
import { openBrowser } from './browser';
import { REPOSITORY } from './extension';
import { installEditor } from './install';
import { startServer, type Server } from './server';

export interface HostTestOptions {
  /** TypeScript or JavaScript test files (describe/it). */
  tests: string[];
  /** The built extension; this repository unless named. */
  developmentPath?: string;
  /** An empty folder of its own unless named. */
  workspace?: string;
  env?: Record<string, string>;
  settings?: Record<string, unknown>;
  /** For the whole run, from opening the window on. */
  timeoutMs?: number;
  /** Called with each line that the tests and mocha print, as it comes. */
  onOutput?: (line: string) => void;
}

export interface HostTestResult {
  passed: string[];
  failed: { title: string; message: string }[];
  pending: string[];
  /** Everything the extension host printed, mocha's report included. */
  output: string;
}

export async function runHostTests(options: HostTestOptions): Promise<HostTestResult> {
  const install = await installEditor();
  const folder = mkdtempSync(join(tmpdir(), 'mli-'));
  let server: Server | undefined;
  let browser: BrowserContext | undefined;
  try {
    const workspace = options.workspace ?? join(folder, 'workspace');
    mkdirSync(workspace, { recursive: true });
    const results = join(folder, 'results.json');
    const runner = await bundleTests(options.tests, folder, results);
    const { env = {}, settings = {} } = options;
    server = await startServer({ install, folder, env, settings, testDriver: true });
    browser = await openBrowser(install, folder);
    const page = browser.pages()[0] ?? (await browser.newPage());
    const extension = resolve(options.developmentPath ?? REPOSITORY);
    const output = await runInWindow(page, windowUrl(server.url, workspace, extension, runner), options);
    return { ...readResults(results, output), output };
  } finally {
    await browser?.close();
    await server?.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

/** Tests are bundled, since the host reads plain JavaScript only; mocha and vscode stay outside. */
async function bundleTests(tests: string[], folder: string, results: string): Promise<string> {
  const outdir = join(folder, 'tests');
  const entryPoints = tests.map((test, index) => ({ in: resolve(test), out: `${index}.test` }));
  const common = { bundle: true, platform: 'node', format: 'cjs', target: 'node22', sourcemap: 'inline' } as const;
  await build({
    ...common,
    entryPoints,
    outdir,
    external: ['vscode', 'mocha'],
    absWorkingDir: REPOSITORY,
    logLevel: 'error',
  });
  const files = entryPoints.map(({ out }) => join(outdir, `${out}.js`));
  const runner = join(outdir, 'index.js');
  writeFileSync(runner, runnerSource(files, results));
  return runner;
}

/** Between these two the host prints what the tests print; before and after, the window tells of its own doings. */
const STARTED = '[host tests: started]';
const ENDED = '[host tests: ended]';

const runnerSource = (files: string[], results: string): string => `
const loaded = require(${JSON.stringify(join(REPOSITORY, 'node_modules/mocha'))});
const Mocha = loaded.default ?? loaded;
exports.run = () => new Promise((resolve, reject) => {
  const mocha = new Mocha({ ui: 'bdd', timeout: 30000, color: false });
  for (const file of ${JSON.stringify(files)}) mocha.addFile(file);
  const passed = [], failed = [], pending = [];
  console.log(${JSON.stringify(STARTED)});
  mocha.run((failures) => {
    console.log(${JSON.stringify(ENDED)});
    require('node:fs').writeFileSync(${JSON.stringify(results)}, JSON.stringify({ passed, failed, pending }));
    if (failures) reject(new Error(failures + ' failed')); else resolve();
  })
    .on('pass', (test) => passed.push(test.fullTitle()))
    .on('pending', (test) => pending.push(test.fullTitle()))
    .on('fail', (test, error) => failed.push({ title: test.fullTitle(), message: String(error && error.message) }));
});`;

function windowUrl(server: string, workspace: string, extension: string, runner: string): string {
  const remote = (path: string): string => `vscode-remote://${new URL(server).host}${path}`;
  const payload = [
    ['extensionDevelopmentPath', remote(extension)],
    ['extensionTestsPath', remote(runner)],
    ['enableProposedApi', ''],
    ['skipWelcome', 'true'],
    ['skipReleaseNotes', 'true'],
  ];
  return `${server}/?folder=${encodeURIComponent(workspace)}&payload=${encodeURIComponent(JSON.stringify(payload))}`;
}

/** Opens the window and waits until the host says that run() ended; hands back what was printed. */
async function runInWindow(page: Page, url: string, options: HostTestOptions): Promise<string> {
  const lines: string[] = [];
  let testing = false;
  const print = (line: string): void => {
    if (line === STARTED || line === ENDED) {
      testing = line === STARTED;
      return;
    }
    lines.push(line);
    if (testing) {
      options.onOutput?.(line);
    }
  };
  const limit = options.timeoutMs ?? 180_000;
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`The tests in the extension host did not end in ${limit / 1000} s:\n${lines.join('\n')}`)),
      limit,
    );
  });
  const ended = new Promise<void>((done) => {
    void page.exposeFunction('codeAutomationExit', () => done());
  });
  await page.exposeFunction('codeAutomationLog', (_type: string, args: unknown[]) => print(format(...args)));
  try {
    await page.goto(url);
    await Promise.race([ended, tooLate]);
  } finally {
    clearTimeout(timer);
  }
  return lines.join('\n');
}

function readResults(path: string, output: string): Omit<HostTestResult, 'output'> {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Omit<HostTestResult, 'output'>;
  } catch (error) {
    throw new Error(`The tests in the extension host ended without a result:\n${output}`, { cause: error });
  }
}

/** All tests for the extension host of this repository. */
export function hostTestFiles(): string[] {
  const folder = join(REPOSITORY, 'test/host');
  const names = existsSync(folder) ? readdirSync(folder, { recursive: true }) : [];
  return names
    .map(String)
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => join(folder, name));
}

async function main(): Promise<void> {
  const tests = process.argv.length > 2 ? process.argv.slice(2) : hostTestFiles();
  const onOutput = (line: string): void => console.log(line);
  const { passed, failed, output } = await runHostTests({ tests, onOutput });
  if (passed.length + failed.length === 0) {
    console.log(output);
  }
  process.exitCode = failed.length === 0 ? 0 : 1;
}

if (require.main === module) {
  main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
