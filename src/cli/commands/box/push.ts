/** `ml-intern box push HOST DIR`: puts code of this machine on a box, where jobs can use it; what is sent is told first. */
import { basename, resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import type { FoundCode, SentCode } from '../../../app/code';
import type { TransferProgress } from '../../../core/ports/box-files';
import { sizeText } from '../../../core/size';
import type { App, Cli, GlobalOptions } from '../../app';
import { exitCodes } from '../../exit-codes';
import { plain } from '../../format';
import { examples } from '../../options';
import { eraseLine, type Terminal } from '../../terminal';
import { withBox } from '../../with-box';
import { onBox } from './box-command';

interface PushOptions extends GlobalOptions {
  to?: string;
  dryRun?: boolean;
}

export function pushCommand(cli: Cli, done: (code: number) => void): Command {
  return onBox('push', 'put a folder of code on a box; what its .gitignore names stays here, and only changes are sent')
    .argument('<dir>', 'folder to send')
    .option('--to <name>', 'name of the code on the box (default: the name of the folder)', codeName)
    .option('--dry-run', 'only list what would be sent; the box is not contacted')
    .addHelpText(
      'after',
      `${examples(
        ['See what would be sent', 'ml-intern box push gpu1 . --dry-run'],
        ['Send it', 'ml-intern box push gpu1 . --to my-project'],
      )}
Every .gitignore counts, those of the folders around it too within a git repository; .git never goes along. Links are
not followed: they are told as skipped. The code lies in code/NAME of our folder on the box, which jobs find as
$ML_INTERN_ROOT/code/NAME. It is exchanged as a whole: files that are gone here go there too.
`,
    )
    .action(async (host: string, dir: string, options: PushOptions) => {
      const folder = resolve(cli.cwd, dir);
      const app = await cli.loadApp();
      const found = await app.findCode(folder);
      const name = options.to ?? nameOf(folder);
      const { length } = found.files;
      cli.terminal.line(
        `${length === 1 ? '1 file' : `${length} files`}, ${sizeText(found.bytes)}, as code/${name} on ${host}.`,
      );
      for (const { path, why } of found.skipped) cli.terminal.line(`skipped: ${plain(path)} (${why})`);
      const sent = options.dryRun ? undefined : await send(cli, host, options, app, name, found);
      tell(cli.terminal, options, name, found, sent);
      done(exitCodes.ok);
    });
}

function send(cli: Cli, host: string, options: PushOptions, app: App, name: string, found: FoundCode) {
  return withBox(cli, host, options, async (box) => {
    const leaving = new AbortController();
    const off = cli.terminal.onInterrupt(() => leaving.abort());
    try {
      const { signal } = leaving;
      return await app.sendCode(box, { name, files: found.files, onProgress: teller(cli.terminal), signal });
    } finally {
      off();
    }
  });
}

function teller(terminal: Terminal) {
  return ({ bytes, totalBytes }: TransferProgress): void => {
    if (terminal.live) terminal.err(`${eraseLine}${sizeText(bytes)} of ${sizeText(totalBytes)}`);
  };
}

function tell(terminal: Terminal, { json }: PushOptions, name: string, found: FoundCode, sent: SentCode | undefined) {
  const { files, bytes, skipped } = found;
  if (json) {
    const list = files.map(({ path, bytes: size }) => ({ path, bytes: size }));
    terminal.out(`${JSON.stringify({ name, bytes, files: list, skipped, sent: sent ?? null })}\n`);
  } else if (sent === undefined) {
    for (const each of files) terminal.out(`${sizeText(each.bytes).padStart(10)}  ${plain(each.path)}\n`);
  } else {
    const { push, folder, removed } = sent;
    const gone = removed === 0 ? '' : `; ${removed} of before removed`;
    terminal.line(
      `Sent ${push.sent} (${sizeText(push.bytes)}; ${push.already} there already${gone}). It lies in ${plain(folder)}.`,
    );
  }
}

function codeName(text: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(text))
    throw new InvalidArgumentError('It must be letters, digits, dots and dashes, and begin with a letter or digit.');
  return text;
}

function nameOf(folder: string): string {
  const name = basename(folder)
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[._-]+/, '')
    .slice(0, 100);
  return name === '' ? 'code' : name;
}
