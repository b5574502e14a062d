/** Code of this machine on a box: what is sent is told first, only what the box lacks is sent, and it is laid out as a whole. */
import { realpath, stat } from 'node:fs/promises';
import { type FolderFile, type FolderFiles, listCode } from '../adapters/files/code-folder';
import { localFiles } from '../adapters/files/local-files';
import { cannot, type OpenedBox } from '../core/box/opened-box';
import { MlInternError } from '../core/errors';
import { InFlight } from '../core/in-flight';
import type { CodeFile, CodeReport, PushReport, StorageOptions } from '../core/ports/box-files';

export interface FoundCode extends FolderFiles {
  bytes: number;
}

export interface CodeOrder extends StorageOptions {
  name: string;
  files: readonly FolderFile[];
}

export interface SentCode extends CodeReport {
  push: PushReport;
}

const mostFiles = 50_000;
const hashesAhead = 16;

export async function findCode(folder: string): Promise<FoundCode> {
  const isFolder = await stat(folder).then(
    (facts) => facts.isDirectory(),
    () => false,
  );
  if (!isFolder) throw unfit(folder, 'it is not a folder', 'Name the folder that holds the code.');
  const found = await listCode(await realpath(folder));
  if (found.files.length === 0) throw unfit(folder, 'it holds no file to send', 'See what its .gitignore leaves out.');
  if (found.files.length > mostFiles)
    throw unfit(folder, `it holds ${found.files.length} files`, 'Name what is not code in a .gitignore.');
  return { ...found, bytes: found.files.reduce((sum, { bytes }) => sum + bytes, 0) };
}

export async function sendCode(box: OpenedBox, { name, files, ...options }: CodeOrder): Promise<SentCode> {
  if (!box.push || !box.layOut) throw cannot(box, 'take code');
  const hashed = await hashAll(files, options.signal);
  const push = await box.push(hashed, options);
  return { ...(await box.layOut(name, hashed, options.signal)), push };
}

async function hashAll(files: readonly FolderFile[], signal: AbortSignal | undefined): Promise<CodeFile[]> {
  const hashed: CodeFile[] = [];
  const ahead = new InFlight<CodeFile>(hashesAhead);
  for (const file of files) {
    if (ahead.full) hashed.push(await ahead.next());
    ahead.add(localFiles.hash(file.source, signal).then((sha256) => ({ ...file, sha256 })));
  }
  while (ahead.size > 0) hashed.push(await ahead.next());
  return hashed;
}

function unfit(folder: string, why: string, next: string): MlInternError {
  return new MlInternError('bad-input', `The folder ${folder} cannot be sent: ${why}.`, { next });
}
