/** What a surface (CLI, editor) hands to the engine. */
import type { Patience } from '../adapters/openai/patience';
import { MlInternError } from '../core/errors';
import type { LicencePolicy } from '../core/data/licence';
import type { Logger, Notifier, Secrets } from '../core/ports/common';
import type { Prompts } from '../core/ports/prompts';
import type { Autonomy } from '../core/run/types';
import type { WatchRule } from '../core/run/watch-rules';

/** `built-in` is our own SSH, `system` the machine's `ssh` program; `auto` takes whichever can do the host. */
export const sshTransports = ['auto', 'built-in', 'system'] as const;
export type SshTransport = (typeof sshTransports)[number];

export function parseSshTransport(text: string): SshTransport {
  const found = sshTransports.find((each) => each === (text || 'auto'));
  if (found) return found;
  throw new MlInternError('bad-input', `\`${text}\` is not a way to reach a box over SSH.`, {
    next: `Set mlIntern.box.transport (ML_INTERN_SSH_TRANSPORT) to one of ${sshTransports.join(', ')}.`,
  });
}

export interface Settings {
  hubEndpoint: string;
  /** Empty: the public one for the public Hub, none for another, whose datasets it does not have. */
  viewerEndpoint: string;
  /** Papers and pages come from the cache only. */
  offline?: boolean | undefined;
  /** Paper services other than the public ones. `arxivSpacingMs` is the pause between two requests to arXiv. */
  papers?:
    | {
        arxiv?: string | undefined;
        ar5iv?: string | undefined;
        semanticScholar?: string | undefined;
        arxivSpacingMs?: number | undefined;
      }
    | undefined;
  /** Folder on boxes; empty: `~/.ml-intern`. */
  boxRoot?: string;
  /** Absent: `auto`. */
  sshTransport?: SshTransport | undefined;
  /** Most that our folder on a box may hold before new jobs are refused; absent: no limit. */
  boxQuotaBytes?: number | undefined;
  /** For sbatch on boxes named `slurm:HOST`, e.g. `--partition=gpu`. */
  slurmOptions?: readonly string[];
  /** For boxes named `hf-jobs:FLAVOR`. `volume` is the bucket that keeps environments, models and jobs, `owner/name`. */
  hfJobs?: { image?: string | undefined; volume?: string | undefined };
  /** Context window of the model; old tool results are cleared before it is full. */
  modelContextTokens?: number;
  /** How long the model may keep silent, where the usual does not fit. */
  modelPatience?: Partial<Patience>;
  /** Which models may write training rows: a preset's name, else what the workspace's file says. */
  teacherPolicy?: string | undefined;
  /** Added to the default licence policy. */
  licence?: LicencePolicy | undefined;
}

/** What a person may choose of a practice run. */
export interface PracticeChoice {
  seed: number;
  autonomy: Autonomy;
  /** Most experiments; five when absent, and never more. */
  experiments?: number | undefined;
  /** Rules that end a training. */
  stopOn?: readonly WatchRule[] | undefined;
}

export interface AppOptions {
  /** Folder that holds `ml-intern/`. */
  workspace: string;
  /** Where the product is installed: `box/` and `out/` lie there. */
  productRoot: string;
  /** Caches and the practice world. */
  home: string;
  secrets: Secrets;
  notifier: Notifier;
  logger: Logger;
  surface: 'cli' | 'editor';
  /** Asked when a box's host key is not known yet; absent where nobody can be asked. */
  confirmHostKey?: (host: string, fingerprint: string) => Promise<boolean>;
  /** Asks for passphrases, passwords and codes of boxes; absent where nobody can be asked. */
  prompts?: Prompts;
  settings: Settings;
}
