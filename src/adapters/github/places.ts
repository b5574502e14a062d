/** Repositories, refs and paths as they are named, checked before they become part of an address. */
import { MlInternError } from '../../core/errors';
import type { CodePlace, CodeTree } from '../../core/ports/lookup';
import { missing } from './refusals';

/** What goes into an address is checked: a name that is none could lead elsewhere. */
export function checked(place: CodePlace): CodePlace {
  const repo = place.repo
    .trim()
    .replace(/^https?:\/\/github\.com\//, '')
    .replace(/(\.git)?\/?$/, '');
  if (!/^[\w-]+\/[\w.-]+$/.test(repo) || repo.endsWith('/..') || repo.endsWith('/.')) {
    throw new MlInternError('bad-input', 'That is not a repository of GitHub.', { next: 'Give owner/name.' });
  }
  if (place.ref !== undefined && !/^[\w][\w./-]{0,199}$/.test(place.ref)) throw missing({ ...place, repo }, false);
  const path = place.path?.trim().replace(/^\/+|\/+$/g, '');
  if (path?.split('/').some((part) => part === '..' || part === '.')) throw missing({ ...place, repo }, false);
  return { repo, ref: place.ref, path: path === '' ? undefined : path };
}

export function isBelow(path: string, folder: string | undefined): boolean {
  return folder === undefined || path === folder || path.startsWith(`${folder}/`);
}

export function below(entries: CodeTree['entries'], folder: string | undefined): CodeTree['entries'] {
  return entries.filter(({ path }) => isBelow(path, folder));
}
