/** What a push would do, decided before anything is sent: which files, on top of what, and the hash that a person approves. */
import type { CombinedLicence } from '../data/licence-terms';
import { MlInternError } from '../errors';
import { contentHash } from '../hash';
import type { FoundHubRepo, HubAccount, HubFile, HubRepoName } from '../ports/model-hub';
import type { Visibility } from '../run/types';

export interface PlannedPush {
  repo: HubRepoName;
  files: HubFile[];
  /** Weights of before that would be read together with the new ones. */
  removes: string[];
  /** What else lies there and is not touched. */
  stays: string[];
  /** The commit that it stands on; null where the repository is yet to be made. */
  onto: string | null;
}

export interface PublicationPlan {
  run: string;
  experiment: string;
  /** Base URL. */
  hub: string;
  /** Whose token it is. */
  account: string;
  visibility: Visibility;
  /** The model, and then its Space where one is wanted. */
  pushes: PlannedPush[];
  /** Files of the model's folder that are not pushed: state of the training. */
  leftOut: string[];
  terms: CombinedLicence;
  card: string;
  /** The weights are those that the manifest records; null where it records none. */
  verified: boolean | null;
  /** SHA-256 of where it goes, who may see it, and every file. */
  hash: string;
}

export function repoName(kind: HubRepoName['kind'], text: string): HubRepoName {
  if (/^[A-Za-z0-9][\w-]*\/[A-Za-z0-9][\w.-]{0,95}$/.test(text) && !/\.\.|--|[.-]$|\.git$/.test(text))
    return { kind, id: text };
  throw new MlInternError('bad-input', `${text} is not the name of a repository.`, {
    next: 'Name it OWNER/NAME: letters, digits, ".", "-" and "_".',
  });
}

export interface Destination {
  endpoint: string;
  account: HubAccount;
  repo: HubRepoName;
  found: FoundHubRepo | null;
  visibility: Visibility;
}

/** Throws where the account may not write there, or where others may see more or less than was asked for. */
export function checkDestination({ endpoint, account, repo, found, visibility }: Destination): void {
  const { id } = repo;
  const owner = id.split('/')[0] ?? '';
  if (!account.canWrite)
    throw new MlInternError('hub-auth', `The token of ${account.name} may only read.`, {
      next: `Make one that may write at ${endpoint}/settings/tokens.`,
    });
  if (!account.namespaces.some((name) => isSame(name, owner))) throw notYours(found, id, account);
  if (found === null) return;
  if (!isSame(found.id, id))
    throw new MlInternError('hub-conflict', `${id} is called ${found.id} now.`, { next: `Name ${found.id}.` });
  if (found.visibility !== visibility) throw otherVisibility(endpoint, found);
}

function notYours(found: FoundHubRepo | null, id: string, { name, namespaces }: HubAccount): MlInternError {
  const owner = id.split('/')[0] ?? '';
  const what = found === null ? `${name} may not make repositories of ${owner}` : `${id} belongs to ${owner}`;
  return new MlInternError('hub-auth', `${what}: the token writes to ${namespaces.join(', ')}.`, {
    next: `Name a repository of ${namespaces.join(' or ')}.`,
  });
}

/** A repository's visibility is never changed from here. */
function otherVisibility(endpoint: string, { id, visibility }: FoundHubRepo): MlInternError {
  const isPublic = visibility === 'public';
  const next = isPublic
    ? `Name another repository, or say --public if everybody may see it. To make it private: ${endpoint}/${id}/settings.`
    : `Leave --public out, or make it public yourself: ${endpoint}/${id}/settings.`;
  const wanted = isPublic ? 'private' : 'public';
  return new MlInternError('hub-conflict', `${id} is ${visibility}, and the push is to be ${wanted}.`, { next });
}

const weights = /\.(safetensors|bin|pt|pth|gguf)$|\.(safetensors|bin)\.index\.json$/;
/** What trainers keep beside a model to go on with, some of it pickled. */
const ofTraining =
  /(^|\/)(training_args\.bin|optimizer\.(pt|bin)|scheduler\.pt|rng_state[\w-]*\.pth|trainer_state\.json|checkpoint-\d+\/.*)$/;

export const isOfTraining = (path: string): boolean => ofTraining.test(path);

export function planPush(repo: HubRepoName, found: FoundHubRepo | null, files: HubFile[]): PlannedPush {
  const own = new Set(files.map(({ path }) => path));
  const others = (found?.files ?? []).filter((path) => !own.has(path) && path !== '.gitattributes');
  const removes = others.filter((path) => repo.kind === 'model' && weights.test(path));
  const stays = others.filter((path) => !removes.includes(path));
  return { repo, files, removes, stays, onto: found?.revision ?? null };
}

export function publicationHash({ hub, visibility, pushes }: Omit<PublicationPlan, 'hash'>): string {
  const repositories = pushes.map(({ repo, files, removes }) => ({
    ...{ kind: repo.kind, repo: repo.id, removes: removes.toSorted() },
    files: Object.fromEntries(files.map(({ path, sha256, bytes }) => [path, { sha256, bytes }])),
  }));
  return contentHash({ hub, visibility, repositories });
}

/** The Hub does not tell capitals apart. */
const isSame = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();
