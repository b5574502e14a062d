/** `ml-intern box check HOST`: what a machine can do, and what it lacks. */
import type { Command } from 'commander';
import type { BoxCard, GpuInfo, Partition } from '../../../core/ports/box';
import { sizeText } from '../../../core/size';
import type { Cli, GlobalOptions } from '../../app';
import { exitCodes } from '../../exit-codes';
import { count, duration, plain } from '../../format';
import { examples } from '../../options';
import { withBox } from '../../with-box';
import { onBox } from './box-command';

export function checkCommand(cli: Cli, done: (code: number) => void): Command {
  return onBox('check', 'connect to a box and tell what it has and what is missing')
    .addHelpText(
      'after',
      examples(['A host of ~/.ssh/config', 'ml-intern box check gpu1'], ['This machine', 'ml-intern box check local']),
    )
    .action(async (host: string, options: GlobalOptions) => {
      const card = await withBox(cli, host, options, (box) => box.check());
      cli.terminal.out(options.json ? `${JSON.stringify(card)}\n` : `${cardText(card)}\n`);
      done(card.missing.length === 0 ? exitCodes.ok : exitCodes.failed);
    });
}

export function cardText(card: BoxCard): string {
  const rows: [string, string][] = [
    ['box', `${card.name}${card.host === card.name ? '' : ` (calls itself ${card.host})`}`],
    ['system', card.os],
    ['cpu', `${card.cpus} cores`],
    ['memory', `${mib(card.memoryFreeMiB)} free of ${mib(card.memoryMiB)}`],
    ['disk', `${mib(card.diskFreeMiB)} free of ${mib(card.diskTotalMiB)} at ${card.root}`],
    ['caches', card.cache],
    ...gpuRows(card.gpus),
    ['python', card.python],
    ['uv', card.uv ?? 'not installed (venv and pip are used)'],
    ...card.network.map(({ name, url, reachable, detail }): [string, string] => [
      'network',
      `${name} ${reachable ? 'answers' : 'does not answer'} (${url}: ${detail})`,
    ]),
    ['clock', clockText(card.clockSkewSeconds)],
    ...priceRows(card),
    ...schedulerRows(card),
    ...card.missing.map(({ what, mend }): [string, string] => ['missing', `${what}. Mend it with: ${mend}`]),
  ];
  return rows.map(([name, value]) => `${name.padEnd(9)}${plain(value)}`).join('\n');
}

function priceRows({ price }: BoxCard): [string, string][] {
  return price ? [['price', `$${price.usdPerHour.toFixed(2)} an hour`]] : [];
}

function schedulerRows({ scheduler, partitions, schedulerOptions = [] }: BoxCard): [string, string][] {
  if (scheduler === null) return [];
  if (partitions === undefined) return [['jobs', 'Slurm is there (sbatch): use it as slurm:HOST']];
  return [
    ['jobs', `go to Slurm${schedulerOptions.length === 0 ? '' : ` with ${schedulerOptions.join(' ')}`}`],
    ...partitions.map((each): [string, string] => ['part', partitionText(each)]),
  ];
}

function partitionText(each: Partition): string {
  const gpus = each.gpus === 0 ? 'no GPUs' : `${each.freeGpus} of ${each.gpus} GPUs free`;
  const limit = each.limitSeconds === null ? 'no time limit' : `at most ${duration(each.limitSeconds)} a job`;
  const name = `${each.name}${each.default ? ' (default)' : ''}${each.available ? '' : ', not available'}`;
  return `${name}: ${each.freeNodes} of ${each.nodes} nodes free, ${gpus}, ${limit}`;
}

function gpuRows(gpus: readonly GpuInfo[]): [string, string][] {
  if (gpus.length === 0) return [['gpu', 'none (training runs on the CPU)']];
  return gpus.flatMap((gpu) => [
    [
      `gpu ${gpu.index}`,
      `${gpu.name}, ${mib(gpu.memoryMiB)} (${mib(gpu.usedMiB)} used, ${Math.round(gpu.utilisation)} % busy), driver ${gpu.driver}`,
    ],
    ...gpu.users.map(({ pid, user, command, memoryMiB, job }): [string, string] => [
      '',
      `  ${user}${job === null ? '' : `, job ${job}`}: ${command} (process ${pid}, ${count(memoryMiB)} MiB)`,
    ]),
  ]);
}

export function clockText(skewSeconds: number): string {
  if (Math.abs(skewSeconds) < 1) return 'right (within a second of this machine)';
  return `${Math.abs(skewSeconds)} s ${skewSeconds > 0 ? 'ahead of' : 'behind'} this machine`;
}

function mib(amount: number): string {
  return sizeText(amount * 2 ** 20);
}
