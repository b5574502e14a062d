/** `ml-intern box envs HOST`: the Python environments on a box, shared by its jobs. */
import type { Command } from 'commander';
import { cannot } from '../../../core/box/opened-box';
import type { KeptEnvironment } from '../../../core/ports/box-keeping';
import { sizeText } from '../../../core/size';
import type { Cli, GlobalOptions } from '../../app';
import { exitCodes } from '../../exit-codes';
import { plain, table } from '../../format';
import { examples } from '../../options';
import { withBox } from '../../with-box';
import { onBox } from './box-command';
import { moment } from './jobs';

export function envsCommand(cli: Cli, done: (code: number) => void): Command {
  return onBox('envs', 'the Python environments on a box: each is built once and shared by its jobs')
    .addHelpText('after', examples(['What is built', 'ml-intern box envs gpu1']))
    .action((host: string, options: GlobalOptions) =>
      withBox(cli, host, options, async (box) => {
        if (!box.usage) throw cannot(box, 'list its environments');
        const { environments } = await box.usage();
        if (options.json) cli.terminal.out(`${JSON.stringify({ environments })}\n`);
        else cli.terminal.out(`${environments.length === 0 ? 'No environment yet.' : envsTable(environments)}\n`);
        done(exitCodes.ok);
      }),
    );
}

function envsTable(environments: readonly KeptEnvironment[]): string {
  const rows = environments.map(({ hash, name, ready, building, bytes, lastUsed }) => [
    plain(hash),
    plain(name),
    ready ? 'ready' : building ? 'being built' : 'broken',
    sizeText(bytes),
    moment(lastUsed),
  ]);
  return table([['environment', 'name', 'state', 'size', 'last used (UTC)'], ...rows]);
}
