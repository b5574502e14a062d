/** `ml-intern box forward HOST PORT`: a dashboard or model server of the box, at an address of this machine. */
import type { Command } from 'commander';
import { cannot } from '../../../core/box/opened-box';
import type { Cli, GlobalOptions } from '../../app';
import { exitCodes } from '../../exit-codes';
import { examples, port } from '../../options';
import { withBox } from '../../with-box';
import { onBox } from './box-command';

interface ForwardOptions extends GlobalOptions {
  local?: number;
}

export function forwardCommand(cli: Cli, done: (code: number) => void): Command {
  return onBox('forward', "reach a port of the box's loopback from here, until Ctrl-C")
    .argument('<port>', 'the port on the box', port)
    .option('--local <port>', 'the port here (default: a free one)', port)
    .addHelpText(
      'after',
      examples(
        ['TensorBoard of the box at http://127.0.0.1:6006', 'ml-intern box forward gpu1 6006 --local 6006'],
        ['A model server, at any free port', 'ml-intern box forward gpu1 8000'],
      ),
    )
    .action((host: string, remote: number, options: ForwardOptions) =>
      withBox(cli, host, options, async (box) => {
        if (!box.tunnel) throw cannot(box, 'forward a port');
        const interrupted = untilInterrupted(cli);
        const tunnel = await box.tunnel(remote, options.local);
        const local = `http://127.0.0.1:${tunnel.port}`;
        cli.terminal.err(`${local} leads to port ${remote} of ${host}. Ctrl-C ends it.\n`);
        if (options.json) cli.terminal.out(`${JSON.stringify({ host, remotePort: remote, localPort: tunnel.port })}\n`);
        await interrupted;
        await tunnel.close();
        done(exitCodes.ok);
      }),
    );
}

function untilInterrupted({ terminal }: Cli): Promise<void> {
  return new Promise((resolve) => {
    const off = terminal.onInterrupt(() => {
      off();
      resolve();
    });
  });
}
