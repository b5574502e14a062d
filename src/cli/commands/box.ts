/** `ml-intern box ...`: the machines that train, what they have, and what runs on them. */
import { Command } from 'commander';
import type { Cli } from '../app';
import { artifactsCommand } from './box/artifacts';
import { attachCommand } from './box/attach';
import { checkCommand } from './box/check';
import { cleanCommand } from './box/clean';
import { envsCommand } from './box/envs';
import { fetchCommand } from './box/fetch';
import { forwardCommand } from './box/forward';
import { hardwareCommand } from './box/hardware';
import { jobsCommand } from './box/jobs';
import { pushCommand } from './box/push';
import { stopJobCommand } from './box/stop';
import { usageCommand } from './box/usage';
import { wheelhouseCommand } from './box/wheelhouse';

const makers = [
  checkCommand,
  jobsCommand,
  attachCommand,
  stopJobCommand,
  artifactsCommand,
  fetchCommand,
  pushCommand,
  usageCommand,
  envsCommand,
  cleanCommand,
  forwardCommand,
  wheelhouseCommand,
  hardwareCommand,
];

export function boxCommand(cli: Cli, done: (code: number) => void): Command {
  const box = new Command('box').description('look at the machines that train, and at what runs on them');
  for (const make of makers) box.addCommand(make(cli, done));
  return box;
}
