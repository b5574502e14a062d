/** The run panel in a browser without an editor: its real page, policy included, in one of three themes, fed by hand. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { type Browser, chromium, type Page } from 'playwright-core';
import { pageHtml } from '../../src/vscode/run-panel/html';
import type { HostToPanel } from '../../src/core/protocol/messages';
import { findChromium } from '../support/editor/install';
import { themeCss, type ThemeName } from '../support/themes';

const REPOSITORY = resolve(__dirname, '../..');

export interface PanelPage {
  page: Page;
  send(message: HostToPanel): Promise<void>;
  /** What the panel asked of the host so far. */
  asked(): Promise<{ type: string }[]>;
  /** Policy violations and errors of the page. */
  complaints: string[];
  close(): Promise<void>;
}

export interface PanelBed {
  open(theme: ThemeName, viewport?: { width: number; height: number }): Promise<PanelPage>;
  close(): Promise<void>;
}

export async function startPanelBed(): Promise<PanelBed> {
  const files = await bundle();
  const server = createServer((request, response) => {
    const file = files.get(new URL(request.url ?? '/', 'http://host').pathname.slice(1));
    if (file === undefined) {
      response.writeHead(request.url === '/favicon.ico' ? 204 : 404).end();
      return;
    }
    response.writeHead(200, { 'content-type': file.type }).end(file.body);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  files.set('', { type: 'text/html', body: panelHtml(origin) });
  const browser = await chromium.launch({
    executablePath: await findChromium(),
    args: ['--no-sandbox', '--disable-gpu'],
  });
  return {
    open: (theme, viewport) => openPanel(browser, origin, theme, viewport),
    close: async () => {
      await browser.close();
      server.close();
      server.closeAllConnections();
    },
  };
}

interface ServedFile {
  type: string;
  body: string | Uint8Array;
}

async function bundle(): Promise<Map<string, ServedFile>> {
  const common = { bundle: true, write: false, outdir: '/out', absWorkingDir: REPOSITORY } as const;
  const script = await build({ ...common, entryPoints: { 'run-panel': 'webview-ui/src/main.ts' }, format: 'iife' });
  const style = await build({
    ...common,
    entryPoints: { 'run-panel': 'webview-ui/src/styles.css' },
    loader: { '.ttf': 'file' },
    assetNames: '[name]',
  });
  const font = readFileSync(join(REPOSITORY, 'node_modules/@vscode/codicons/dist/codicon.ttf'));
  return new Map<string, ServedFile>([
    ['run-panel.js', { type: 'text/javascript', body: script.outputFiles[0]?.text ?? '' }],
    [
      'run-panel.css',
      { type: 'text/css', body: style.outputFiles.find(({ path }) => path.endsWith('.css'))?.text ?? '' },
    ],
    ['codicon.ttf', { type: 'font/ttf', body: new Uint8Array(font) }],
  ]);
}

function panelHtml(origin: string): string {
  const parts = { nonce: 'tests', cspSource: origin, title: 'Run', run: 'run-1' };
  return pageHtml({ ...parts, script: `${origin}/run-panel.js`, style: `${origin}/run-panel.css` });
}

async function openPanel(
  browser: Browser,
  origin: string,
  theme: ThemeName,
  viewport = { width: 1280, height: 900 },
): Promise<PanelPage> {
  const context = await browser.newContext({ viewport });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.addInitScript({ content: stubEditor(themeCss(theme), `vscode-${theme}`) });
  await page.goto(origin);
  return {
    page,
    complaints,
    send: (message) => page.evaluate((data) => window.postMessage(data, '*'), message),
    asked: () => page.evaluate(() => (window as unknown as { asked: { type: string }[] }).asked),
    close: () => context.close(),
  };
}

/** Runs in the page before its own script: what VS Code provides there. Text, because the compiler's helpers are not there. */
function stubEditor(css: string, bodyClass: string): string {
  return `
    window.asked = [];
    let state;
    window.acquireVsCodeApi = () => ({
      postMessage: (message) => window.asked.push(message),
      getState: () => state,
      setState: (next) => (state = next),
    });
    document.addEventListener('DOMContentLoaded', () => {
      document.documentElement.setAttribute('style', ${JSON.stringify(css)});
      document.body.className = ${JSON.stringify(bodyClass)};
    });`;
}
