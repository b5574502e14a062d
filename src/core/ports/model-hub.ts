/** A Hub that models can be pushed to: what a person wants to know before, and the push itself. */
import type { Visibility } from '../run/types';
import type { LocalFile, StorageOptions } from './box-files';

export interface HubAccount {
  name: string;
  /** The account itself and the organizations that it may write to. */
  namespaces: string[];
  /** False where the Hub says that the token only reads. */
  canWrite: boolean;
}

export interface HubRepoName {
  kind: 'model' | 'space';
  /** `owner/name`. */
  id: string;
}

export interface FoundHubRepo {
  /** As the Hub spells it now: a repository may have been renamed. */
  id: string;
  visibility: Visibility;
  /** The newest commit of `main`. */
  revision: string;
  files: string[];
}

export interface HubFile extends LocalFile {
  /** In the repository. */
  path: string;
}

export interface HubPush {
  repo: HubRepoName;
  visibility: Visibility;
  files: readonly HubFile[];
  /** Paths that are taken out of the repository by the same commit. */
  removes: readonly string[];
  /** The commit that it is to stand on; null makes the repository first. */
  onto: string | null;
  title: string;
}

export interface HubCommit {
  commit: string;
  url: string;
}

export interface ModelHub {
  readonly endpoint: string;
  /** Throws `hub-auth` where there is no token or it is refused. */
  account(signal?: AbortSignal): Promise<HubAccount>;
  /** Null where there is none that the account may see. */
  find(repo: HubRepoName, signal?: AbortSignal): Promise<FoundHubRepo | null>;
  /** One commit, or none. Done again after a cut, it sends only what the Hub lacks. */
  push(push: HubPush, options?: StorageOptions): Promise<HubCommit>;
}
