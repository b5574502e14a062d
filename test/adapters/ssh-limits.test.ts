/** What is left to the `ssh` program: each thing that the built-in transport cannot do is found, and said in words. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveDestination } from '../../src/adapters/ssh/destination';
import { needsSystemSsh, type IdentityFile } from '../../src/adapters/ssh/limits';
import { SshShell } from '../../src/adapters/ssh/ssh-shell';
import { MlInternError } from '../../src/core/errors';

const plain: IdentityFile = { path: '/k', onSecurityKey: false, certificate: undefined };

function reason(settings: Record<string, string>, files = [plain], certified = false, hasTicket = true) {
  const map = new Map(Object.entries(settings).map(([name, value]) => [name, [value]]));
  return needsSystemSsh(map, files, { certified, hasTicket });
}

describe('limits of the built-in SSH', () => {
  it('has none for an ordinary host', () => {
    const usual = { proxycommand: 'none', securitykeyprovider: 'internal', gssapiauthentication: 'no', proxyjump: 'b' };
    assert.equal(reason(usual), undefined);
  });

  const settings = {
    ProxyCommand: 'cloudflared access ssh',
    CertificateFile: '~/.ssh/c',
    PKCS11Provider: '/usr/lib/opensc.so',
    SecurityKeyProvider: '/usr/lib/sk.so',
  };
  for (const [name, value] of Object.entries(settings)) {
    it(`knows ${name}`, () =>
      assert.equal(reason({ [name.toLowerCase()]: value }), `the SSH configuration sets ${name} (${value})`));
  }

  it('knows certificates beside keys, security keys and authorities', () => {
    assert.match(reason({}, [plain, { ...plain, certificate: '/k-cert.pub' }]) ?? '', /certificate \(\/k-cert.pub\)/);
    assert.match(reason({}, [{ ...plain, onSecurityKey: true }]) ?? '', /security key/);
    assert.match(reason({}, [plain], true) ?? '', /@cert-authority/);
  });

  it('counts Kerberos only for who has a ticket', () => {
    assert.match(reason({ gssapiauthentication: 'yes' }) ?? '', /Kerberos/);
    assert.equal(reason({ gssapiauthentication: 'yes' }, [plain], false, false), undefined);
  });

  describe('of a real configuration', () => {
    let folder: string;
    const resolve = async (lines: string) => {
      const configFile = join(folder, 'config');
      await writeFile(configFile, `Host gpu\n  IdentityFile ${join(folder, 'key')}\n  ${lines}\n`);
      return { configFile, ...(await resolveDestination('gpu', {}, configFile)) };
    };

    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'ml-intern-limits-'));
    });
    afterEach(() => rm(folder, { recursive: true, force: true }));

    it('finds the files that matter', async () => {
      const knownHosts = `UserKnownHostsFile ${join(folder, 'known')}`;
      assert.equal((await resolve(knownHosts)).needsSystem, undefined);
      await writeFile(join(folder, 'known'), '@cert-authority gp? ssh-ed25519 AAAA\n');
      assert.match((await resolve(knownHosts)).needsSystem ?? '', /@cert-authority/);
      await writeFile(join(folder, 'key.pub'), 'sk-ssh-ed25519@openssh.com AAAA me');
      assert.match((await resolve('')).needsSystem ?? '', /security key/);
      await writeFile(join(folder, 'key-cert.pub'), '');
      assert.match((await resolve('')).needsSystem ?? '', /key-cert.pub/);
    });

    it('says why it does not connect, and what to do', async () => {
      const { configFile } = await resolve('ProxyCommand nc %h %p');
      await assert.rejects(new SshShell({ host: 'gpu', configFile }).exec('true'), (error) => {
        assert.ok(MlInternError.is(error, 'bad-input'));
        assert.match(error.message, /gpu, because .* ProxyCommand \(nc .*\)/);
        assert.match(error.next, /Install the OpenSSH client/);
        return true;
      });
    });
  });
});
