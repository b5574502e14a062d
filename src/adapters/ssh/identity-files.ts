/** What can be told of a key file without its passphrase. */
import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import type { IdentityFile } from './limits';
import { readOptional } from './read-optional';

const securityKeyTypes = ['sk-ssh-ed25519@openssh.com', 'sk-ecdsa-sha2-nistp256@openssh.com'];

/** A file that is not there says nothing, although its public half may stand for a key that the agent holds. */
export async function inspectIdentity(path: string): Promise<IdentityFile> {
  const certificate = `${path.replace(/\.pub$/, '')}-cert.pub`;
  const texts = await Promise.all([path, `${path}.pub`].map(readOptional));
  return {
    path,
    onSecurityKey: texts.some(isOnSecurityKey),
    certificate: existsSync(certificate) ? certificate : undefined,
  };
}

/** The kind of key is readable in both halves, and in the private one also when it is encrypted. */
function isOnSecurityKey(text: string): boolean {
  const body = text.replace(/-----[^-]+-----/g, '').replace(/\s/g, '');
  const decoded = text.startsWith('-----') ? Buffer.from(body, 'base64').toString('latin1') : text;
  return securityKeyTypes.some((type) => decoded.includes(type));
}

/** Where Kerberos keeps tickets unless it is told otherwise. */
export function hasKerberosTicket(): boolean {
  return process.env['KRB5CCNAME'] !== undefined || existsSync(`/tmp/krb5cc_${userInfo().uid}`);
}
