/** `ml-intern box hardware`: what HF Jobs offers and what it costs. */
import type { Command } from 'commander';
import type { Flavor } from '../../../core/ports/hardware';
import { sizeText } from '../../../core/size';
import { appOptions, type Cli, type GlobalOptions } from '../../app';
import { exitCodes } from '../../exit-codes';
import { plain, table } from '../../format';
import { command, examples } from '../../options';

export function hardwareCommand(cli: Cli, done: (code: number) => void): Command {
  return command('hardware', 'what HF Jobs offers, with the price of an hour, the cheapest first')
    .addHelpText(
      'after',
      examples(
        ['All of it', 'ml-intern box hardware'],
        ['One of them as a box', 'ml-intern box check hf-jobs:a10g-large'],
      ),
    )
    .action(async (options: GlobalOptions) => {
      const hardware = await (await cli.loadApp()).listHardware(appOptions(cli, options));
      cli.terminal.out(options.json ? `${JSON.stringify({ hardware })}\n` : `${hardwareText(hardware)}\n`);
      done(exitCodes.ok);
    });
}

function hardwareText(hardware: readonly Flavor[]): string {
  const rows = hardware.map(({ name, usdPerHour, cpus, memoryMiB, ...rest }) => [
    plain(`hf-jobs:${name}`),
    `$${usdPerHour.toFixed(2)}`,
    gpuText(rest),
    String(cpus),
    sizeText(memoryMiB * 2 ** 20),
  ]);
  return table([['box', 'per hour', 'gpus', 'cpus', 'memory'], ...rows]);
}

function gpuText({ gpu, gpus, gpuMemoryMiB }: Pick<Flavor, 'gpu' | 'gpus' | 'gpuMemoryMiB'>): string {
  return gpu === null ? 'none' : plain(`${gpus} x ${gpu}, ${sizeText(gpuMemoryMiB * 2 ** 20)}`);
}
