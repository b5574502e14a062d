/** Opens a box for one command and lets go of it afterwards, whatever happened. */
import type { OpenedBox } from '../core/box/opened-box';
import { appOptions, type Cli, type GlobalOptions } from './app';

export async function withBox<T>(
  cli: Cli,
  host: string,
  options: GlobalOptions,
  use: (box: OpenedBox) => Promise<T>,
): Promise<T> {
  const app = await cli.loadApp();
  const box = await app.openBox(host, appOptions(cli, options));
  try {
    return await use(box);
  } finally {
    await box.close();
  }
}
