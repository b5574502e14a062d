/** `ml-intern runs ship`: the last good model of a run, with its card, to a folder or to a Hub. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { isAbort, MlInternError } from '../../core/errors';
import type { Runs, RunSummary } from '../../core/run/runs';
import { sizeText } from '../../core/size';
import { appOptions, type App, type Cli } from '../app';
import { exitCodes } from '../exit-codes';
import { findRun } from '../find-run';
import { plain } from '../format';
import { boxRootOption, command, examples } from '../options';
import { transferTeller } from '../transfer';
import { withRuns } from '../with-runs';
import { shipToHub, type ShipOptions, type Shipping } from './ship-to-hub';

export function shipCommand(cli: Cli, done: (code: number) => void): Command {
  return command('ship', 'the last good model of a run, with a model card from its log: in a folder, or on a Hub')
    .argument('[run]', 'id, name or the start of one (default: the newest)')
    .option('--to <folder>', 'a folder of this machine that is not there yet')
    .option('--repo <owner/name>', 'push it to this repository of the Hub; private, and never without being asked')
    .option('--public', 'with --repo: everybody may see it')
    .option('--space <owner/name>', 'with --repo: also a Space where it can be tried')
    .option('--yes <hash>', 'with --repo: what has this SHA-256 is approved; printed where nobody can be asked')
    .addOption(boxRootOption())
    .addHelpText('after', help)
    .action(async (wanted: string | undefined, options: ShipOptions) => {
      checkOptions(options);
      await withRuns(cli, options, async (runs, app) => done(await ship(cli, app, runs, wanted, options)));
    });
}

const help = `${examples(
  ['Fetch it, verified', 'ml-intern runs ship --to out/model'],
  ['See what would be pushed, and push it once you have agreed', 'ml-intern runs ship RUN --repo me/my-model'],
  ['The same from a script', 'ml-intern runs ship RUN --repo me/my-model --yes SHA256'],
)}
HF_TOKEN is the token for the Hub (HF_ENDPOINT, or https://huggingface.co); it must be one that may write. A repository
that is there gets one more commit; its visibility is never changed. What was cut off goes on where it stopped.
`;

function checkOptions({ to, repo, space, public: seen, yes }: ShipOptions): void {
  const next = 'See "ml-intern runs ship --help".';
  if ((to === undefined) === (repo === undefined))
    throw new MlInternError('bad-input', 'Say where to: either --to FOLDER or --repo OWNER/NAME.', { next });
  if (to !== undefined && (space !== undefined || seen !== undefined || yes !== undefined))
    throw new MlInternError('bad-input', '--public, --space and --yes go with --repo.', { next });
}

async function ship(cli: Cli, app: App, runs: Runs, wanted: string | undefined, options: ShipOptions): Promise<number> {
  const run = await findRun(runs, wanted);
  if (options.repo !== undefined && run.active) throw goesOn(run);
  const leaving = new AbortController();
  const off = cli.terminal.onInterrupt(() => leaving.abort());
  const { signal } = leaving;
  try {
    const view = await runs.view(run.id);
    const box = await app.openRunBox(view, appOptions(cli, options), signal);
    try {
      const shipping = { cli, app, runs, view, box, options, signal };
      return await (options.to === undefined ? shipToHub(shipping) : shipToFolder(shipping, options.to));
    } finally {
      await box.close();
    }
  } catch (error) {
    throw signal.aborted && isAbort(error) ? interrupted() : error;
  } finally {
    off();
  }
}

async function shipToFolder({ cli, app, view, box, options, signal }: Shipping, to: string): Promise<number> {
  const order = { view, box, to: resolve(cli.cwd, to) };
  const watch = { signal, onProgress: transferTeller(cli.terminal, 'Fetching') };
  const answer = await app.shipRun(order, appOptions(cli, options), watch);
  const { experiment, folder, bytes, verified } = answer;
  const checked = verified === true ? ', the weights that were scored' : '';
  const text = `${plain(experiment)} is in ${plain(folder)} (${sizeText(bytes)}${checked}), with README.md.`;
  cli.terminal.out(options.json ? `${JSON.stringify(answer)}\n` : `${text}\n`);
  return exitCodes.ok;
}

function goesOn({ id }: RunSummary): MlInternError {
  return new MlInternError('run-locked', `The run ${id} still goes on: its best model may change.`, {
    next: `Wait for its end, or stop it with "ml-intern runs stop ${id}".`,
  });
}

function interrupted(): MlInternError {
  return new MlInternError('cancelled', 'Interrupted. A repository or folder has all of the model or none of it.', {
    next: 'Give the same command again: it goes on where it stopped.',
  });
}
