/** `ml-intern box check HOST`: what a machine can do, and what it lacks. */
import { Command } from 'commander';
import type { BoxCard } from '../../core/ports/box';
import { appOptions, type Cli, type GlobalOptions } from '../app';
import { exitCodes } from '../exit-codes';
import { count, plain } from '../format';
import { command, examples } from '../options';

export function boxCommand(cli: Cli, done: (code: number) => void): Command {
  const check = command('check', 'connect to a box and tell what it has and what is missing')
    .argument('<host>', '"local", or a host as ssh knows it')
    .addHelpText(
      'after',
      examples(['A host of ~/.ssh/config', 'ml-intern box check gpu1'], ['This machine', 'ml-intern box check local']),
    )
    .action(async (host: string, options: GlobalOptions) => {
      const app = await cli.loadApp();
      const card = await app.checkBox(host, appOptions(cli, options));
      cli.terminal.out(options.json ? `${JSON.stringify(card)}\n` : `${cardText(card)}\n`);
      done(card.missing.length === 0 ? exitCodes.ok : exitCodes.failed);
    });
  return new Command('box').description('look at the machines that train').addCommand(check);
}

function cardText(card: BoxCard): string {
  const gpus = card.gpus.map(
    ({ name, memoryMiB, usedMiB, driver }) =>
      `${plain(name)}, ${count(memoryMiB)} MiB (${count(usedMiB)} used), driver ${driver}`,
  );
  return [
    `box      ${plain(card.name)}`,
    `system   ${plain(card.os)}`,
    `python   ${plain(card.python)}`,
    `cpu      ${card.cpus} cores, ${count(card.memoryMiB)} MiB memory`,
    `disk     ${count(card.diskFreeMiB)} MiB free`,
    ...(gpus.length === 0 ? ['gpu      none (training runs on the CPU)'] : gpus.map((gpu) => `gpu      ${gpu}`)),
    `uv       ${card.uv ?? 'not installed (venv and pip are used)'}`,
    ...card.missing.map(({ what, mend }) => `missing  ${plain(what)}. Mend it with: ${plain(mend)}`),
  ].join('\n');
}
