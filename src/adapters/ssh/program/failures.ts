/** What the `ssh` program says when it cannot connect, as typed errors, each with the next step. */
import { MlInternError } from '../../../core/errors';
import { changedHostKey, unreachable } from '../errors';

interface Kind {
  says: RegExp;
  error(box: string, said: string): MlInternError;
}

const kinds: readonly Kind[] = [
  { says: /HOST IDENTIFICATION HAS CHANGED|REVOKED HOST KEY|has been revoked/, error: changed },
  { says: /Host key verification failed|host key is known for/, error: (box) => unknownOnTheWay(box) },
  { says: /Permission denied \(|Too many authentication failures|No more authentication methods/, error: refused },
  {
    says: /Connection refused/,
    error: reach('Check that the SSH server runs there and that the port is right, then try again.'),
  },
  {
    says: /timed out|Host is down|No route to host|Network is unreachable/,
    error: reach('Check that the box is on, and the VPN or firewall between, then try again.'),
  },
  {
    says: /Could not resolve hostname/,
    error: reach('Check the name, or add the host to ~/.ssh/config, then try again.'),
  },
];

export function connectionFailure(box: string, said: string): MlInternError {
  const kind = kinds.find(({ says }) => says.test(said));
  const error = kind?.error ?? reach(`Try \`ssh ${box}\` in a terminal and mend what it says, then try again.`);
  return error(box, said);
}

/** Which of the hosts is unknown, `ssh` does not say: the box itself, or one that it is reached through. */
export function unknownOnTheWay(box: string): MlInternError {
  return new MlInternError('box-host-key-unknown', `A host on the way to the box ${box} is not known yet.`, {
    next: `Connect once with \`ssh ${box}\` in a terminal, compare the fingerprints and accept them, then resume the run.`,
  });
}

function changed(box: string, said: string): MlInternError {
  const print = /SHA256:[A-Za-z0-9+/]+/.exec(said)?.[0] ?? 'another';
  const name = /ost key for (\S+) (?:has changed|was revoked|has been revoked)/.exec(said)?.[1] ?? box;
  return changedHostKey(box, name, print, /revoked/i.test(said));
}

function refused(box: string, said: string): MlInternError {
  return new MlInternError('box-auth', `The box ${box} does not let you in: ${lastLine(said)}`, {
    next:
      `Run \`ssh ${box}\` once in a terminal. Where it asks for a passphrase, run \`ssh-add\` first; ` +
      'a password or a code cannot be asked for here, so set up a key with `ssh-copy-id`. Then try again.',
  });
}

function reach(next: string): Kind['error'] {
  return (box, said) => unreachable(box, lastLine(said).replace(/\.$/, ''), next, said);
}

function lastLine(said: string): string {
  return said.trim().split('\n').at(-1)?.trim() || '`ssh` ended without a word';
}
