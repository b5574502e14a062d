/** `ml-intern box clean HOST`: says what would go, asks, and removes it. */
import type { Command } from 'commander';
import { cannot, type OpenedBox } from '../../../core/box/opened-box';
import type { CleanReport } from '../../../core/ports/box-keeping';
import { sizeText } from '../../../core/size';
import type { Cli, GlobalOptions } from '../../app';
import { exitCodes } from '../../exit-codes';
import { plain, shorten, table } from '../../format';
import { days, examples } from '../../options';
import type { Terminal } from '../../terminal';
import { withBox } from '../../with-box';
import { onBox } from './box-command';
import { moment } from './jobs';

interface CleanOptions extends GlobalOptions {
  olderThan: number;
  caches?: boolean;
  yes?: boolean;
}

export function cleanCommand(cli: Cli, done: (code: number) => void): Command {
  return onBox('clean', 'make room on a box; says first what would go, and touches nothing that runs or is not ours')
    .option('--older-than <age>', 'what was not used for so long, e.g. 14d, 2w, 36h', days, 14)
    .option('--caches', 'also downloaded models and datasets; they come again when they are needed')
    .option('--yes', 'remove it without asking')
    .addHelpText(
      'after',
      examples(
        ['See what would go', 'ml-intern box clean gpu1'],
        [
          'Remove what was not used for a week, and the caches',
          'ml-intern box clean gpu1 --older-than 7d --caches --yes',
        ],
      ),
    )
    .action((host: string, options: CleanOptions) =>
      withBox(cli, host, options, async (box) => {
        const report = await clean(box, options, cli);
        if (options.json) cli.terminal.out(`${JSON.stringify(report)}\n`);
        done(exitCodes.ok);
      }),
    );
}

async function clean(box: OpenedBox, options: CleanOptions, { terminal, command }: Cli): Promise<CleanReport> {
  if (!box.clean) throw cannot(box, 'be cleaned');
  const request = { olderThanDays: options.olderThan, caches: options.caches === true };
  const report = await box.clean({ ...request, remove: false });
  terminal.err(`${cleanText(report)}\n`);
  if (report.items.length === 0) return report;
  if (!options.yes && !(await agreed(terminal))) {
    terminal.err(
      `Nothing was removed. To remove it: ${command} box clean ${box.name} --yes (with the same options).\n`,
    );
    return report;
  }
  const done = await box.clean({ ...request, remove: true });
  terminal.err(`Removed ${done.items.length} of them: ${sizeText(done.bytes)}.\n`);
  return done;
}

async function agreed(terminal: Terminal): Promise<boolean> {
  if (!terminal.interactive) return false;
  const answer = await terminal.ask('Remove all of this? [yes/no] > ', new AbortController().signal);
  return answer?.trim().toLowerCase() === 'yes';
}

export function cleanText({ items, bytes, kept, complete }: CleanReport): string {
  const rows = items.map((item) => [
    item.kind,
    shorten(plain(item.name), 50),
    sizeText(item.bytes),
    moment(item.lastUsed),
    shorten(plain(item.why), 60),
  ]);
  const more = complete ? '' : 'at least ';
  return [
    ...(items.length === 0
      ? ['Nothing to remove.']
      : [
          table([['what', 'name', 'size', 'last used (UTC)', 'why'], ...rows]),
          '',
          `Together ${more}${sizeText(bytes)}.`,
        ]),
    ...kept.map(({ name, why }) => `stays: ${plain(name)} (${plain(why)})`),
  ].join('\n');
}
