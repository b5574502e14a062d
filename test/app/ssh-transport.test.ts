/** The setting that says which SSH reaches a box. */
import assert from 'node:assert/strict';
import { AutoShell } from '../../src/adapters/ssh/auto-shell';
import { ProgramShell } from '../../src/adapters/ssh/program/program-shell';
import { SshShell } from '../../src/adapters/ssh/ssh-shell';
import { type AppOptions, parseSshTransport, type SshTransport } from '../../src/app/options';
import { openSshShell } from '../../src/app/ssh-transport';

describe('the SSH transport setting', () => {
  const options = (sshTransport?: SshTransport): AppOptions => ({
    workspace: '/',
    productRoot: '/',
    home: '/',
    secrets: { get: () => Promise.resolve(undefined) },
    notifier: { notify: assert.fail },
    logger: { info: assert.fail, warn: assert.fail, error: assert.fail },
    surface: 'cli',
    settings: { hubEndpoint: '', viewerEndpoint: '', sshTransport },
  });

  it('chooses the transport, and by itself whichever can do the host', async () => {
    assert.ok((await openSshShell('gpu', options())) instanceof AutoShell);
    assert.ok((await openSshShell('gpu', options('auto'))) instanceof AutoShell);
    assert.ok((await openSshShell('gpu', options('system'))) instanceof ProgramShell);
    assert.ok((await openSshShell('gpu', options('built-in'))) instanceof SshShell);
  });

  it('takes nothing else', () => {
    assert.equal(parseSshTransport(''), 'auto');
    assert.equal(parseSshTransport('system'), 'system');
    assert.throws(() => parseSshTransport('putty'), { reason: 'bad-input', message: /`putty` is not a way/ });
  });
});
