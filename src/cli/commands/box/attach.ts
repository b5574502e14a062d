/** `ml-intern box attach HOST JOB`: follows a job from the box alone; leaving does not touch it. */
import type { Command } from 'commander';
import { isAbort } from '../../../core/errors';
import { JobTelling, type Told } from '../../../core/box/job-telling';
import { cannot, findJob, type OpenedBox } from '../../../core/box/opened-box';
import type { Cli, GlobalOptions } from '../../app';
import { exitCodes } from '../../exit-codes';
import { examples, wholeNumber } from '../../options';
import type { Terminal } from '../../terminal';
import { withBox } from '../../with-box';
import { onBox } from './box-command';

interface AttachOptions extends GlobalOptions {
  tail?: number;
}

export function attachCommand(cli: Cli, done: (code: number) => void): Command {
  return onBox('attach', 'follow a job until it ends, from any machine: its output, its metrics, what happens to it')
    .argument('<job>', 'id of the job, or the start of one')
    .option('--tail <lines>', 'begin with the last lines of the logs (default: with the first)', wholeNumber)
    .addHelpText(
      'after',
      `${examples(
        ['From the beginning', 'ml-intern box attach gpu1 JOB'],
        ['From the last 20 lines on', 'ml-intern box attach gpu1 JOB --tail 20'],
      )}
The job's output goes to stdout; its errors, its metrics and its states go to stderr.
Ctrl-C leaves with code 130 and the job goes on. Otherwise: 0 when the job finished, 1 when it did not.
`,
    )
    .action((host: string, job: string, options: AttachOptions) =>
      withBox(cli, host, options, async (box) => done(await attach(box, job, options, cli))),
    );
}

async function attach(box: OpenedBox, wanted: string, options: AttachOptions, cli: Cli): Promise<number> {
  const { terminal } = cli;
  const leaving = new AbortController();
  const off = terminal.onInterrupt(() => leaving.abort());
  const telling = new JobTelling();
  try {
    const job = await findJob(box, wanted, leaving.signal);
    const { id } = job;
    telling.status = job;
    const from = options.tail === undefined ? {} : await tailFrom(box, id, options.tail, leaving.signal);
    for await (const update of box.follow(id, from, leaving.signal))
      for (const told of telling.tell(update)) show(told, terminal, options.json === true);
  } catch (error) {
    if (!leaving.signal.aborted || !isAbort(error)) throw error;
    terminal.err(`\nLeft the job; it goes on. Attach again with: ${cli.command} box attach ${box.name} ${wanted}\n`);
    return exitCodes.interrupted;
  } finally {
    off();
    if (options.json) terminal.out(`${JSON.stringify(summary(telling))}\n`);
  }
  return telling.status?.state === 'finished' ? exitCodes.ok : exitCodes.failed;
}

function tailFrom(box: OpenedBox, id: string, lines: number, signal: AbortSignal) {
  if (!box.tailFrom) throw cannot(box, 'begin with the last lines of a log');
  return box.tailFrom(id, lines, signal);
}

function show({ from, text }: Told, terminal: Terminal, json: boolean): void {
  if (from === 'stdout' && !json) terminal.out(text);
  else if (from === 'stdout' || from === 'stderr') terminal.err(text);
  else terminal.line(`[${from}] ${text}`);
}

function summary({ status, points, last }: JobTelling) {
  return { job: status, metrics: { points, last } };
}
