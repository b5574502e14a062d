/** What only the `ssh` program can do. ssh2 knows neither certificates nor security keys, smart cards or Kerberos. */
import { MlInternError } from '../../core/errors';

/** Values of an SSH configuration by their names in lower case. */
export type Settings = ReadonlyMap<string, readonly string[]>;

export interface IdentityFile {
  path: string;
  /** A FIDO key: the secret is in a piece of hardware. */
  onSecurityKey: boolean;
  /** The certificate that lies beside it. */
  certificate: string | undefined;
}

export interface HostFacts {
  /** known_hosts names an authority for the host, not (only) its key. */
  certified: boolean;
  /** There is a Kerberos ticket: Debian's own configuration says GSSAPIAuthentication for everybody. */
  hasTicket: boolean;
}

/** The reason, in words that follow "because "; undefined when the built-in transport will do. */
export function needsSystemSsh(
  settings: Settings,
  identityFiles: readonly IdentityFile[],
  { certified, hasTicket }: HostFacts = { certified: false, hasTicket: true },
): string | undefined {
  const set = (name: string) => named(settings.get(name)?.[0]);
  const says = (name: string) => `the SSH configuration sets ${name} (${set(name.toLowerCase())})`;
  if (set('proxycommand')) return says('ProxyCommand');
  if (set('certificatefile')) return says('CertificateFile');
  if (set('pkcs11provider')) return says('PKCS11Provider');
  if (set('knownhostscommand')) return says('KnownHostsCommand');
  if (set('bindaddress')) return says('BindAddress');
  if (set('bindinterface')) return says('BindInterface');
  if ((set('addressfamily') ?? 'any') !== 'any') return says('AddressFamily');
  if ((set('securitykeyprovider') ?? 'internal') !== 'internal') return says('SecurityKeyProvider');
  const certificate = identityFiles.find((file) => file.certificate !== undefined)?.certificate;
  if (certificate !== undefined) return `the key has a certificate (${certificate})`;
  const onSecurityKey = identityFiles.find((file) => file.onSecurityKey);
  if (onSecurityKey) return `the key ${onSecurityKey.path} is on a security key`;
  if (certified) return 'known_hosts names a certificate authority for the host (@cert-authority)';
  if (hasTicket && /^(yes|true)$/i.test(set('gssapiauthentication') ?? ''))
    return 'the host is entered with Kerberos (GSSAPI)';
  return undefined;
}

export function onlySystemSsh(box: string, reason: string): MlInternError {
  const message = `ML Intern's own SSH cannot connect to the box ${box}, because ${reason}.`;
  return new MlInternError('bad-input', message, {
    next: `Install the OpenSSH client, so that \`ssh ${box}\` works in a terminal, then try again; or give the box a way in that needs only a key file.`,
  });
}

/** A setting that is there and not switched off. */
export function named(value: string | undefined): string | undefined {
  return value === undefined || value === '' || value.toLowerCase() === 'none' ? undefined : value;
}
