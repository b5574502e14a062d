/** Asks for the passphrase of a key until it fits. */

import { notGiven, wrongPassphrase } from './errors';
import { type LockedKey, passphraseName } from './identities';
import { parseKey } from './parse-key';
import type { SecretDesk } from './secret-desk';

const mostTries = 3;

export async function unlock({ path, text }: LockedKey, box: string, desk: SecretDesk): Promise<void> {
  const name = passphraseName(path);
  for (let tries = 0; tries < mostTries; tries++) {
    const again = tries === 0 ? '' : 'That passphrase does not fit. ';
    const detail = `${again}It is wanted for the box ${box}.`;
    const given = await desk.ask(name, { kind: 'passphrase', what: `Passphrase of ${path}`, detail, echo: false });
    if (given === undefined) throw notGiven(box, `the passphrase of ${path}`, path);
    if (!(parseKey(text, given) instanceof Error)) return desk.right(name);
    await desk.wrong(name, given);
  }
  throw wrongPassphrase(box, path);
}
