// A real VS Code window for stories: starts server and browser, puts the extension in, and offers what a person can do.
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { BrowserContext, Frame, Locator, Page } from 'playwright-core';
import { openBrowser } from './browser';
import { REPOSITORY, type ExtensionSource } from './extension';
import { installEditor } from './install';
import { startServer, type Server } from './server';
import { Dialog, Document, Notifications, QuickInput, Tree, webviewFrame, type Text } from './workbench';

export interface EditorOptions {
  workspace: string;
  extension: ExtensionSource;
  env?: Record<string, string>;
  settings?: Record<string, unknown>;
  viewport?: { width: number; height: number };
}

export interface Editor {
  page: Page;
  url: string;
  quickInput: QuickInput;
  notifications: Notifications;
  dialog: Dialog;
  document: Document;
  tree(name: string): Tree;
  /** Runs a command from the palette by (the beginning of) its full title, e.g. "ML Intern: Start Post-Training Run". */
  command(title: string): Promise<void>;
  /** Opens the sidebar that an icon of the activity bar stands for. (A click on the icon would close it when it is open.) */
  showContainer(title: string): Promise<void>;
  statusBarItem(text: Text): Locator;
  /** Opens a file of the workspace through "Go to File". */
  openFile(name: string): Promise<void>;
  webviewFrame(selector: string, timeout?: number): Promise<Frame>;
  /** Reloads the window: a new extension host, as "Developer: Reload Window" gives. */
  reload(): Promise<void>;
  /** Writes `.cache/screenshots/<name>.png` and hands back its path. */
  screenshot(name: string): Promise<string>;
  /** Everything the page logged so far, one line each, with its level in front. */
  consoleLines: string[];
  /** Text of the extension hosts' logs, which say when and why each extension was activated. */
  hostLog(): string;
  /** Waits until the extension with this display name was activated, and says in how many ms. Leaves "Running Extensions" open. */
  activationMillis(name: string): Promise<number>;
  close(): Promise<void>;
}

export async function startEditor(options: EditorOptions): Promise<Editor> {
  const install = await installEditor();
  const folder = mkdtempSync(join(tmpdir(), 'mli-'));
  const closers: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const step of closers.reverse()) {
      await step();
    }
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  try {
    const { extension, env = {}, settings = {} } = options;
    const server = await startServer({ install, folder, extension, env, settings });
    closers.push(() => server.close());
    const browser = await openBrowser(install, folder, options.viewport);
    closers.push(() => browser.close());
    return await openWindow(browser, server, options, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function openWindow(
  browser: BrowserContext,
  server: Server,
  options: EditorOptions,
  close: () => Promise<void>,
): Promise<Editor> {
  const page = browser.pages()[0] ?? (await browser.newPage());
  const consoleLines: string[] = [];
  page.on('console', (message) => consoleLines.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => consoleLines.push(`pageerror: ${error.message}`));
  await page.goto(`${server.url}/?folder=${encodeURIComponent(resolve(options.workspace))}`);
  await ready(page);
  const quickInput = new QuickInput(page);
  return {
    ...{ page, url: server.url, quickInput, consoleLines, close },
    notifications: new Notifications(page),
    dialog: new Dialog(page),
    document: new Document(page),
    tree: (name) => new Tree(page, name),
    command: (title) => runCommand(page, quickInput, title),
    showContainer: (title) => runCommand(page, quickInput, `View: Show ${title}`),
    statusBarItem: (text) => page.locator('.statusbar-item').filter({ hasText: text }).first(),
    openFile: async (name) => {
      await page.keyboard.press('Control+P');
      await quickInput.fill(name);
      await quickInput.pick(name);
    },
    webviewFrame: (selector, timeout) => webviewFrame(page, selector, timeout),
    reload: async () => {
      await page.reload();
      await ready(page);
    },
    screenshot: (name) => screenshot(page, name),
    hostLog: () => hostLog(server.userData),
    activationMillis: async (name) => {
      await runCommand(page, quickInput, 'Developer: Show Running Extensions');
      return activationMillis(page, name);
    },
  };
}

/** The status bar comes with the workbench; the extension host follows and answers commands as soon as it is up. */
async function ready(page: Page): Promise<void> {
  await page.locator('.monaco-workbench .part.statusbar').waitFor({ timeout: 60_000 });
}

/** The palette lists what was known when it opened, so while the window starts it may have to be opened again. */
async function runCommand(page: Page, quickInput: QuickInput, title: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    await page.keyboard.press('F1');
    // A window that has just been drawn may not listen to keys yet.
    if (!(await quickInput.isOpen(3000)) && Date.now() < deadline) {
      continue;
    }
    await quickInput.fill(`>${title}`);
    if (await quickInput.offers(title, Date.now() < deadline ? 2000 : 0)) {
      return quickInput.pick(title);
    }
    await quickInput.close();
    if (Date.now() > deadline) {
      throw new Error(`The command palette does not offer "${title}".`);
    }
  }
}

async function screenshot(page: Page, name: string): Promise<string> {
  const path = join(REPOSITORY, '.cache/screenshots', `${name}.png`);
  mkdirSync(dirname(path), { recursive: true });
  await page.screenshot({ path });
  return path;
}

function hostLog(userData: string): string {
  const logs = join(userData, 'logs');
  return readdirSync(logs, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('remoteexthost.log'))
    .sort()
    .map((name) => readFileSync(join(logs, name), 'utf8'))
    .join('');
}

/** The list is sorted by time and only renders what is in sight, so it is scrolled until the row exists. */
async function activationMillis(page: Page, name: string, timeout = 20_000): Promise<number> {
  const list = page.locator('.runtime-extensions-editor');
  const row = list.locator('.monaco-list-row').filter({ hasText: name }).first();
  await list.waitFor();
  await list.hover();
  const deadline = Date.now() + timeout;
  for (let step = 400; Date.now() < deadline; step = step === 400 ? -4000 : 400) {
    for (let turn = 0; turn < 8; turn += 1) {
      const found = (await row.count()) > 0 ? /Activation: (\d+)ms/.exec(await row.innerText()) : null;
      if (found !== null) {
        return Number(found[1]);
      }
      await page.mouse.wheel(0, step);
      await page.waitForTimeout(100);
    }
  }
  throw new Error(`${name} is not among the running extensions.`);
}
