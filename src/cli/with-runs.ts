/** Opens the runs of a workspace for one command and lets go of them afterwards, whatever happened. */
import type { Runs } from '../core/run/runs';
import { appOptions, type App, type Cli, type GlobalOptions } from './app';

export async function withRuns<T>(
  cli: Cli,
  options: GlobalOptions,
  use: (runs: Runs, app: App) => Promise<T>,
): Promise<T> {
  const app = await cli.loadApp();
  const runs = app.createRuns(appOptions(cli, options));
  try {
    return await use(runs, app);
  } finally {
    await runs.dispose();
  }
}
