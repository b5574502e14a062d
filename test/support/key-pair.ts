/** Keys of ssh2's own making. A few in a thousand it cannot read itself. */
import { utils } from 'ssh2';

export function newKeyPair(): ReturnType<typeof utils.generateKeyPairSync> {
  for (;;) {
    const pair = utils.generateKeyPairSync('ed25519');
    if (!(utils.parseKey(pair.private) instanceof Error)) return pair;
  }
}
