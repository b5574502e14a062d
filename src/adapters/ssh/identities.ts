/** The person's keys, as ssh2 wants them. */
import { stat } from 'node:fs/promises';
import { type AnyAuthMethod, utils } from 'ssh2';
import type { Secrets } from '../../core/ports/common';
import type { Destination } from './destination';
import { openToOthers } from './errors';
import { readOptional } from './read-optional';

export interface Identities {
  methods: AnyAuthMethod[];
  /** Key files that could not be used, and why. */
  unusable: string[];
}

/** The agent first, then each key file (or the other way with IdentitiesOnly). A passphrase is looked up as the secret `ssh-key:<path>`. */
export async function loadIdentities(destination: Destination, secrets?: Secrets): Promise<Identities> {
  const username = destination.user;
  const keys: AnyAuthMethod[] = [];
  const unusable: string[] = [];
  for (const path of destination.identityFiles) {
    const text = await readOptional(path);
    if (text === '') continue;
    if (await readableByOthers(path)) {
      unusable.push(`${path}${openToOthers}`);
      continue;
    }
    const passphrase = await secrets?.get(`ssh-key:${path}`);
    const parsed = utils.parseKey(text, passphrase);
    if (parsed instanceof Error) unusable.push(explain(path, parsed, passphrase !== undefined));
    else keys.push({ type: 'publickey', username, key: text, ...(passphrase ? { passphrase } : {}) });
  }
  const agent: AnyAuthMethod[] = destination.agent ? [{ type: 'agent', username, agent: destination.agent }] : [];
  return { methods: destination.identitiesOnly ? [...keys, ...agent] : [...agent, ...keys], unusable };
}

/** As OpenSSH sees it: a key of one's own that others may read is no secret. */
async function readableByOthers(path: string): Promise<boolean> {
  if (process.platform === 'win32') return false;
  const { mode, uid } = await stat(path);
  return uid === process.getuid?.() && (mode & 0o077) !== 0;
}

function explain(path: string, error: Error, hadPassphrase: boolean): string {
  if (/no passphrase given/i.test(error.message)) return `${path} is protected by a passphrase`;
  if (hadPassphrase) return `the passphrase kept for ${path} does not fit`;
  return `${path} is not a key that can be used here (${error.message})`;
}
