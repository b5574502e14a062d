/** Opens a box for one command and lets go of it afterwards, whatever happened. */
import type { OpenedBox } from '../app/boxes';
import { appOptions, type Cli, type GlobalOptions } from './app';

export async function withBox<T>(
  cli: Cli,
  host: string,
  options: GlobalOptions,
  use: (opened: OpenedBox) => Promise<T>,
): Promise<T> {
  const app = await cli.loadApp();
  const opened = await app.openBox(host, appOptions(cli, options));
  try {
    return await use(opened);
  } finally {
    await opened.box.close();
  }
}
