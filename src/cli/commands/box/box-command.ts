/** What every command about a box has: the host, and where its folder lies. */
import type { Command } from 'commander';
import { boxRootOption, command, slurmOption } from '../../options';

/** The product's sets, as in `box/environments/`. */
export const environmentNames = ['train', 'eval', 'serve', 'inspect'];

export function onBox(name: string, description: string): Command {
  return command(name, description)
    .argument(
      '<host>',
      '"local", a host as ssh knows it, slurm:HOST for the cluster behind that login node, or hf-jobs:FLAVOR',
    )
    .addOption(boxRootOption())
    .addOption(slurmOption());
}
