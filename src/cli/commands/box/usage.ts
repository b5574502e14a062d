/** `ml-intern box usage HOST`: what our folder on the box holds. */
import type { Command } from 'commander';
import { cannot } from '../../../core/box/opened-box';
import type { BoxUsage } from '../../../core/ports/box-keeping';
import { sizeText } from '../../../core/size';
import { appOptions, type Cli, type GlobalOptions } from '../../app';
import { exitCodes } from '../../exit-codes';
import { plain, table } from '../../format';
import { examples, quotaOption } from '../../options';
import { withBox } from '../../with-box';
import { onBox } from './box-command';
import { moment } from './jobs';

const shown = 10;

export function usageCommand(cli: Cli, done: (code: number) => void): Command {
  return onBox('usage', 'what our folder on a box holds: environments, jobs, caches')
    .addOption(quotaOption())
    .addHelpText(
      'after',
      examples(
        ['What takes the space', 'ml-intern box usage gpu1'],
        ['Warn above 200 GiB', 'ml-intern box usage gpu1 --quota 200'],
      ),
    )
    .action((host: string, options: GlobalOptions) =>
      withBox(cli, host, options, async (box) => {
        if (!box.usage) throw cannot(box, 'tell what our folder on it holds');
        const usage = await box.usage();
        const quota = appOptions(cli, options).settings.boxQuotaBytes ?? null;
        const over = quota !== null && usage.bytes > quota;
        if (options.json) cli.terminal.out(`${JSON.stringify({ ...usage, quotaBytes: quota, overQuota: over })}\n`);
        else cli.terminal.out(`${usageText(usage)}\n`);
        if (over)
          cli.terminal.err(
            `That is over the quota of ${sizeText(quota)}: new jobs are refused. See what can go with: ${cli.command} box clean ${host}\n`,
          );
        done(exitCodes.ok);
      }),
    );
}

export function usageText(usage: BoxUsage): string {
  const { parts } = usage;
  const rows: [string, string, string][] = [
    ['environments', sizeText(parts.envs), String(usage.environments.length)],
    ['jobs', sizeText(parts.jobs), String(usage.jobs.length)],
    ['caches', sizeText(parts.cache), ''],
    ['files sent', sizeText(parts.files), ''],
    ['box package', sizeText(parts.box), ''],
    ['other', sizeText(parts.other), ''],
  ];
  const largest = usage.jobs.toSorted((a, b) => b.bytes - a.bytes).slice(0, shown);
  return [
    `${plain(usage.root)}: ${usage.complete ? '' : 'at least '}${sizeText(usage.bytes)}, ${sizeText(usage.diskFreeBytes)} free on its disk`,
    '',
    table([['part', 'size', 'number'], ...rows]),
    ...(largest.length === 0 ? [] : ['', jobsTable(largest)]),
    ...(usage.foreign === 0 ? [] : ['', `${usage.foreign} files or folders of other users were left alone.`]),
  ].join('\n');
}

function jobsTable(jobs: BoxUsage['jobs']): string {
  const rows = jobs.map(({ id, kind, state, bytes, lastUsed }) => [id, kind, state, sizeText(bytes), moment(lastUsed)]);
  return table([['largest jobs', 'kind', 'state', 'size', 'last used (UTC)'], ...rows]);
}
