/** `ml-intern box envs HOST`: the Python environments on a box, shared by its jobs. */
import { Option, type Command } from 'commander';
import { cannot, type OpenedBox } from '../../../core/box/opened-box';
import type { KeptEnvironment } from '../../../core/ports/box-keeping';
import { sizeText } from '../../../core/size';
import type { Cli, GlobalOptions } from '../../app';
import { exitCodes } from '../../exit-codes';
import { plain, table } from '../../format';
import { examples } from '../../options';
import { withBox } from '../../with-box';
import { environmentNames, onBox } from './box-command';
import { moment } from './jobs';

interface EnvsOptions extends GlobalOptions {
  build?: string;
}

export function envsCommand(cli: Cli, done: (code: number) => void): Command {
  return onBox('envs', 'the Python environments on a box: each is built once and shared by its jobs')
    .addOption(new Option('--build <name>', 'have one built, as a job').choices(environmentNames))
    .addHelpText(
      'after',
      examples(
        ['What is built', 'ml-intern box envs gpu1'],
        ['vLLM, to serve models', 'ml-intern box envs gpu1 --build serve'],
      ),
    )
    .action((host: string, options: EnvsOptions) =>
      withBox(cli, host, options, async (box) => {
        if (options.build !== undefined) return done(await build(cli, box, options.build, options));
        if (!box.usage) throw cannot(box, 'list its environments');
        const { environments } = await box.usage();
        if (options.json) cli.terminal.out(`${JSON.stringify({ environments })}\n`);
        else cli.terminal.out(`${environments.length === 0 ? 'No environment yet.' : envsTable(environments)}\n`);
        done(exitCodes.ok);
      }),
    );
}

async function build(cli: Cli, box: OpenedBox, name: string, { json }: GlobalOptions): Promise<number> {
  const { id } = await (await cli.loadApp()).buildEnvironment(box, name, cli.productRoot);
  const look = `${cli.command} box attach ${box.name} ${id}`;
  cli.terminal.out(
    json ? `${JSON.stringify({ id })}\n` : `The box builds it as the job ${id}. Look on with: ${look}\n`,
  );
  return exitCodes.ok;
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
