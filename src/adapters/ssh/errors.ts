/** Failures of SSH as typed errors, each with the next step. */
import { shellQuote } from '../../core/box/quote';
import { MlInternError } from '../../core/errors';
import type { Destination } from './destination';

/** How a key file that others may read is told of. */
export const openToOthers = ' can be read by others';

const goesOn = 'Jobs on the box go on; ML Intern connects again by itself when it needs the box.';

export function lostContact(box: string, cause?: unknown): MlInternError {
  return new MlInternError('box-lost-contact', `The connection to the box ${box} was lost.`, { next: goesOn, cause });
}

export function unknownHostKey(box: string, print: string): MlInternError {
  const message = `The box ${box} is not known yet: its host key is ${print}.`;
  return new MlInternError('box-host-key-unknown', message, {
    next: `Compare the fingerprint with the box's own, connect once with \`ssh ${box}\` to accept it, then resume the run.`,
  });
}

export function changedHostKey(box: string, name: string, print: string, revoked: boolean): MlInternError {
  const what = revoked ? 'was revoked' : 'is not the one in known_hosts';
  const message = `The host key of the box ${box} ${what} (it is ${print}): the machine was set up anew, or someone is in between.`;
  return new MlInternError('box-host-key-changed', message, {
    next: `Ask whoever runs the box. If the change is right, run \`ssh-keygen -R '${name}'\`, connect once with \`ssh\`, then resume.`,
  });
}

/** What ssh2 reports while connecting: `level` says where it failed, `code` which system call. */
export function connectError(
  box: string,
  destination: Destination,
  unusable: readonly string[],
  error: unknown,
): MlInternError {
  const { level, code, message } = error as { level?: string; code?: string; message: string };
  const place = `${destination.hostname}:${destination.port}`;
  if (level === 'client-authentication') return refused(box, destination, unusable, error);
  if (level === 'client-timeout' || code === 'ETIMEDOUT') {
    return unreachable(
      box,
      `${place} did not answer in time`,
      'Check that the box is on, and the VPN or firewall between, then try again.',
      error,
    );
  }
  if (code === 'ECONNREFUSED') {
    return unreachable(
      box,
      `${place} refuses connections`,
      'Check that the SSH server runs there and that the port is right, then try again.',
      error,
    );
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    const next = 'Check the name, or add the host to ~/.ssh/config, then try again.';
    return unreachable(box, `there is no machine called ${destination.hostname}`, next, error);
  }
  return unreachable(
    box,
    `${place}: ${message}`,
    `Try \`ssh ${box}\` in a terminal and mend what it says, then try again.`,
    error,
  );
}

const forbidden = 1;

/** What a jump host answers when it is to connect onwards; a server's own refusal has a number. */
export function cannotGoOn(hop: string, { hostname, port }: Destination, cause: unknown): MlInternError {
  const place = `${hostname}:${port}`;
  if ((cause as { reason?: unknown }).reason === forbidden) {
    const message = `The jump host ${hop} does not allow connections onwards to ${place}.`;
    return new MlInternError('box-unreachable', message, {
      next: `Ask whoever runs ${hop} to set \`AllowTcpForwarding local\` in its sshd_config (and PermitOpen for ${place}).`,
      cause,
    });
  }
  const { name, message: said } = cause as Error;
  const why = name === 'TimeoutError' ? 'no answer in time' : said;
  const message = `The jump host ${hop} cannot connect to ${place}: ${why}.`;
  return new MlInternError('box-unreachable', message, {
    next: `Check that the host behind ${hop} is on and that its name and port are right there, then try again.`,
    cause,
  });
}

export function unreachable(box: string, why: string, next: string, cause: unknown): MlInternError {
  return new MlInternError('box-unreachable', `The box ${box} cannot be reached: ${why}.`, { next, cause });
}

function refused(box: string, destination: Destination, unusable: readonly string[], cause: unknown): MlInternError {
  const why = unusable.length > 0 ? ` (${unusable.join('; ')})` : '';
  const message = `The box ${box} does not accept any of your keys for the user ${destination.user}${why}.`;
  const port = destination.port === 22 ? '' : `-p ${destination.port} `;
  const locked = unusable.some((each) => each.includes('passphrase'));
  const open = unusable.find((each) => each.endsWith(openToOthers))?.slice(0, -openToOthers.length);
  if (open !== undefined)
    return new MlInternError('box-auth', message, {
      next: `Run \`chmod 600 ${shellQuote(open)}\`, then try again.`,
      cause,
    });
  const next = locked
    ? `Run \`ssh-add ${destination.identityFiles[0] ?? ''}\` so that the agent holds the key, then try again.`
    : `Run \`ssh-copy-id ${port}${destination.user}@${destination.hostname}\`, or set the right User and IdentityFile for it in ~/.ssh/config, then try again.`;
  return new MlInternError('box-auth', message, { next, cause });
}

export function tooSlow(box: string, limitMs: number): MlInternError {
  return new MlInternError('timeout', `A command on the box ${box} took longer than ${limitMs / 1000} s.`, {
    next: 'See whether the box is overloaded or its disk hangs, then resume the run.',
  });
}

export function commandFailed(box: string, code: number, stderr: string): MlInternError {
  const said = stderr.trim().split('\n').at(-1) ?? '';
  return new MlInternError('box-command', `A command on the box ${box} ended with code ${code}: ${said}`, {
    next: 'Read what the command said, mend it, then resume the run.',
  });
}

export function noTunnels(box: string, cause?: unknown): MlInternError {
  return new MlInternError('box-command', `The SSH server of the box ${box} does not allow tunnels.`, {
    next: 'Ask whoever runs the box to set `AllowTcpForwarding local` in its sshd_config.',
    cause,
  });
}

/** The person did not want to answer. */
export function notGiven(box: string, what: string, keyFile?: string): MlInternError {
  const otherwise = keyFile === undefined ? '' : `, or run \`ssh-add ${shellQuote(keyFile)}\` first`;
  return new MlInternError('box-auth', `You are not signed in to the box ${box}: ${what} was not given.`, {
    next: `Try again and answer the question${otherwise}.`,
  });
}

export function wrongPassphrase(box: string, keyFile: string): MlInternError {
  return new MlInternError('box-auth', `You are not signed in to the box ${box}: no passphrase fitted ${keyFile}.`, {
    next: `Run \`ssh-add ${shellQuote(keyFile)}\` to see which one fits, then try again.`,
  });
}

export function wrongAnswers(box: string, { user }: Destination): MlInternError {
  return new MlInternError('box-auth', `The box ${box} did not accept what was answered for the user ${user}.`, {
    next: `Try \`ssh ${box}\` in a terminal. If it does not let you in either, ask whoever runs the box.`,
  });
}

export function passwordExpired(box: string): MlInternError {
  return new MlInternError('box-auth', `The box ${box} wants a new password from you before it lets you in.`, {
    next: `Connect once with \`ssh ${box}\` in a terminal, choose a new password there, then try again.`,
  });
}

export function answeredTooLate(box: string): MlInternError {
  return new MlInternError('box-auth', `The box ${box} hung up while it waited for an answer.`, {
    next: 'Try again with the code at hand: servers wait for about two minutes.',
  });
}

const noSuchFile = 2;
const notAllowed = 3;

/** What an SFTP server answers: a number, and a few words. */
export function transferFailed(box: string, path: string, error: Error & { code?: unknown }): MlInternError {
  const why =
    error.code === noSuchFile
      ? 'it (or its folder) does not exist'
      : error.code === notAllowed
        ? 'you may not read or write it'
        : error.message;
  return new MlInternError('box-command', `The file ${path} on the box ${box} could not be transferred: ${why}.`, {
    next: 'See that the file can be read or written there and that the disk is not full (`df -h`), then try again.',
    cause: error,
  });
}
