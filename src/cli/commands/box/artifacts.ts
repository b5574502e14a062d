/** `ml-intern box artifacts HOST JOB`: what a job left behind, with its size; links are told, never followed. */
import type { Command } from 'commander';
import { cannot, findJob } from '../../../core/box/opened-box';
import type { ArtifactList } from '../../../core/ports/box-files';
import { sizeText } from '../../../core/size';
import type { Cli, GlobalOptions } from '../../app';
import { exitCodes } from '../../exit-codes';
import { plain, table } from '../../format';
import { examples } from '../../options';
import { withBox } from '../../with-box';
import { onBox } from './box-command';
import { moment } from './jobs';

export function artifactsCommand(cli: Cli, done: (code: number) => void): Command {
  return onBox('artifacts', 'what a job left behind, with sizes: look before you fetch')
    .argument('<job>', 'id of the job, or the start of one')
    .addHelpText('after', examples(['What is there', 'ml-intern box artifacts gpu1 JOB']))
    .action((host: string, wanted: string, options: GlobalOptions) =>
      withBox(cli, host, options, async (box) => {
        if (!box.artifacts) throw cannot(box, 'list what a job left behind');
        const list = await box.artifacts((await findJob(box, wanted)).id);
        cli.terminal.out(options.json ? `${JSON.stringify(list)}\n` : `${listText(list)}\n`);
        done(exitCodes.ok);
      }),
    );
}

function listText({ artifacts, bytes, complete }: ArtifactList): string {
  if (artifacts.length === 0) return 'The job left nothing behind.';
  const rows = artifacts.map(({ path, kind, bytes: size, modifiedAt, target }) => [
    `${plain(path)}${target === undefined ? '' : ` -> ${plain(target)}`}`,
    kind,
    kind === 'file' ? sizeText(size) : '–',
    moment(modifiedAt),
  ]);
  const more = complete ? '' : ' There are more than can be told.';
  return `${table([['path', 'kind', 'size', 'changed (UTC)'], ...rows])}\n\nTogether ${sizeText(bytes)}.${more}`;
}
