/** The last look before a commit leaves: file by file, it is what was approved, or it is not sent. */
import { MlInternError } from '../../core/errors';
import { sha256 } from '../../core/hash';
import type { HubPush } from '../../core/ports/model-hub';

interface CommitLine {
  key: string;
  value: { path: string; content?: string; oid?: string };
}

/** `commit` is the body of the request, one JSON object a line. */
export function checkCommit(commit: string, { files, removes }: Pick<HubPush, 'files' | 'removes'>): void {
  const lines = commit.split('\n').map((text) => JSON.parse(text) as CommitLine);
  const found = lines.filter(({ key }) => key !== 'header').map(contentOf);
  const approved = [...files.map((file) => `${file.sha256} ${file.path}`), ...removes.map((path) => `removed ${path}`)];
  if (found.toSorted().join('\n') === approved.toSorted().join('\n')) return;
  throw new MlInternError('not-approved', 'What would be committed is not what was approved: a file has changed.', {
    next: 'Nothing was committed. Give the command again, and look at what it would do now.',
  });
}

function contentOf({ key, value: { path, content = '', oid = '' } }: CommitLine): string {
  if (key === 'deletedFile') return `removed ${path}`;
  return `${key === 'lfsFile' ? oid : sha256(Buffer.from(content, 'base64'))} ${path}`;
}
