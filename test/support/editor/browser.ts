// Chromium without a display, with a profile of its own: the editor keeps secrets and window state there.
import { join } from 'node:path';
import { chromium, type BrowserContext } from 'playwright-core';
import type { EditorInstall } from './install';

export function openBrowser(
  install: EditorInstall,
  folder: string,
  viewport = { width: 1440, height: 900 },
): Promise<BrowserContext> {
  const quiet = ['--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update'];
  return chromium.launchPersistentContext(join(folder, 'browser'), {
    executablePath: install.chromium,
    headless: true,
    viewport,
    args: ['--no-sandbox', '--disable-gpu', '--disable-sync', ...quiet],
  });
}
