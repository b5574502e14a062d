/** One contract, kept by the local machine, by a box behind a real sshd (over both transports), and by one behind the practice world's stand-in server. */
import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readBoxPackage } from '../../src/adapters/files/box-package';
import { LocalShell } from '../../src/adapters/local-box/local-shell';
import { SupervisedBox } from '../../src/core/box/supervised-box';
import { MlInternError } from '../../src/core/errors';
import type { Shell } from '../../src/core/ports/shell';
import { followToEnd, pythonJob } from '../support/box-job';
import { hurriedClock } from '../support/clock';
import { startTestSshd, type TestSshd } from '../support/sshd';

const sixtyLines = `
import sys, time
for i in range(60):
    print('line', i, 'é', flush=True)
    time.sleep(0.1)
sys.stderr.write('done\\n')
`;

interface World {
  shell: Shell;
  /** Cuts the connection, where there is one. */
  cut?: () => Promise<void>;
}

function contract(name: string, open: () => Promise<World>, close: () => Promise<void>, overNetwork = true) {
  describe(`box: ${name}`, () => {
    let world: World;
    let root: string;
    let box: SupervisedBox;

    const newBox = async (shell: Shell) =>
      new SupervisedBox({ name, shell, packageFiles: await readBoxPackage('box'), root, clock: hurriedClock() });

    before(async () => {
      world = await open();
      // A blank and a quote in the path: nothing may depend on a tame root.
      root = join(await mkdtemp(join(tmpdir(), 'ml-intern box-')), "the root's");
      box = await newBox(world.shell);
    });

    after(async () => {
      await box.close();
      await close();
      await rm(join(root, '..'), { recursive: true, force: true });
    });

    it('describes the machine', async () => {
      const card = await box.check();
      assert.equal(card.name, name);
      assert.match(card.python, /^3\.\d+\.\d+/);
      assert.ok(card.cpus > 0 && card.memoryMiB > 0 && card.diskFreeMiB > 0);
    });

    it('runs a job, streams its files and gives its result', async () => {
      const job = pythonJob(
        `
import json, os
folder = os.environ['ML_INTERN_JOB_DIR']
with open(folder + '/metrics.jsonl', 'w') as file:
    file.write('{"step": 1}\\n')
with open(folder + '/artifacts/result.json', 'w') as file:
    json.dump({'secret': len(os.environ['TOKEN']), 'mode': os.environ['MODE']}, file)
print('hello')
`,
        { env: { MODE: 'fast', _ODD: 'é "\\ \n \u2028 \u007f 😀' } },
      );
      job.secrets = { TOKEN: 'hf_abcdef' };
      const started = await box.submit(job);
      assert.ok(['starting', 'running', 'finished'].includes(started.state));
      const followed = await followToEnd(box, job.id);
      assert.equal(followed.last?.state, 'finished');
      assert.equal(followed.last.exitCode, 0);
      assert.equal(followed.files['stdout.log'], 'hello\n');
      assert.equal(followed.files['metrics.jsonl'], '{"step": 1}\n');
      const result = Buffer.from(await box.read(job.id, 'artifacts/result.json')).toString();
      assert.deepEqual(JSON.parse(result), { secret: 9, mode: 'fast' });
      assert.equal(Buffer.from(await box.read(job.id, 'stdout.log', { offset: 1, limit: 3 })).toString(), 'ell');
      assert.ok((await box.list()).some((status) => status.id === job.id));
      assert.deepEqual(
        (await box.status([job.id, 'nobody'])).map((status) => status.id),
        [job.id],
      );
    });

    it('starts a job once, however often it is submitted', async () => {
      const job = pythonJob(`
with open('../artifacts/starts', 'a') as file:
    file.write('x')
`);
      const answers = await Promise.all([box.submit(job), box.submit(job), box.submit(job)]);
      assert.deepEqual(new Set(answers.map((status) => status.id)), new Set([job.id]));
      await followToEnd(box, job.id);
      assert.equal((await box.submit(job)).state, 'finished');
      assert.equal(Buffer.from(await box.read(job.id, 'artifacts/starts')).toString(), 'x');
    });

    it('follows one job after the other over one connection', async () => {
      const job = pythonJob('print(1)');
      await box.submit(job);
      // More than the channels of a connection: a follower that kept its channel would block the next.
      for (let follower = 0; follower < 12; follower++) {
        assert.equal((await followToEnd(box, job.id)).last?.state, 'finished');
      }
      assert.equal((await box.status([job.id])).length, 1);
    });

    it('refuses files that are not the approved ones', async () => {
      const job = pythonJob('print(1)');
      job.files = { 'main.py': 'print(2)' };
      await box.submit(job);
      const { last, files } = await followToEnd(box, job.id);
      assert.equal(last?.state, 'failed');
      assert.equal(last.failure?.class, 'not-approved');
      assert.equal(files['stdout.log'], '');
    });

    it('says in one sentence why a job failed', async () => {
      const job = pythonJob('import no_such_package');
      await box.submit(job);
      const { last } = await followToEnd(box, job.id);
      assert.equal(last?.failure?.class, 'import-error');
      assert.match(last.failure.message, /No module named 'no_such_package'/);
    });

    it('stops a job', async () => {
      const job = pythonJob("import time\nprint('up', flush=True)\ntime.sleep(600)");
      await box.submit(job);
      const followed = await followToEnd(box, job.id, async (update) => {
        if (update.type === 'data') await box.stop(job.id);
      });
      assert.equal(followed.last?.state, 'stopped');
      assert.equal((await box.stop(job.id)).state, 'stopped');
    });

    it('refuses hostile paths and ids, and unknown jobs', async () => {
      const job = pythonJob('print(1)');
      await box.submit(job);
      await followToEnd(box, job.id);
      for (const path of ['../../../etc/passwd', '/etc/passwd', 'work/../../x', '']) {
        await assert.rejects(box.read(job.id, path), { reason: 'bad-input' });
      }
      await assert.rejects(box.submit({ ...pythonJob('1'), id: '../x' }), { reason: 'bad-input' });
      await assert.rejects(box.stop('nobody'), { reason: 'bad-input' });
      await assert.rejects(followToEnd(box, 'nobody'), { reason: 'bad-input' });
    });

    it('ends following when asked to', async () => {
      const job = pythonJob("import time\nprint('up', flush=True)\ntime.sleep(600)");
      await box.submit(job);
      const stopping = new AbortController();
      await assert.rejects(
        async () => {
          for await (const update of box.follow(job.id, {}, stopping.signal))
            if (update.type === 'data') stopping.abort();
        },
        { name: 'AbortError' },
      );
      await box.stop(job.id);
    });

    it('uploads its package again when it was removed', async () => {
      await rm(join(root, 'box'), { recursive: true });
      assert.ok((await box.check()).cpus > 0);
    });

    it('says that the box has no python3', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'ml-intern-path-'));
      await symlink('/bin/sh', join(folder, 'sh'));
      const bare: Shell = {
        name: world.shell.name,
        exec: (command, options) => world.shell.exec(`PATH='${folder}'; ${command}`, options),
        stream: (command, options) => world.shell.stream(`PATH='${folder}'; ${command}`, options),
        close: () => Promise.resolve(),
      };
      await assert.rejects((await newBox(bare)).check(), (error) => {
        assert.ok(MlInternError.is(error, 'box-no-python'));
        assert.match(error.next, /python3/i);
        return true;
      });
      // A version manager's stand-in, with no Python behind it.
      await writeFile(join(folder, 'python3'), '#!/bin/sh\nexit 127\n');
      await chmod(join(folder, 'python3'), 0o755);
      await assert.rejects((await newBox(bare)).check(), { reason: 'box-no-python' });
    });

    if (!overNetwork) return;

    it('loses and repeats nothing when the connection is cut', async () => {
      const job = pythonJob(sixtyLines);
      await box.submit(job);
      const cutAt = [8, 35];
      const followed = await followToEnd(box, job.id, async (_update, so) => {
        if (so.files['stdout.log'].split('\n').length > (cutAt[0] ?? Infinity)) {
          cutAt.shift();
          await world.cut?.();
        }
      });
      const expected = Array.from({ length: 60 }, (_, i) => `line ${i} é\n`).join('');
      assert.equal(followed.files['stdout.log'], expected);
      assert.equal(followed.files['stderr.log'], 'done\n');
      assert.equal(followed.last?.state, 'finished');
      assert.equal(cutAt.length, 0);
      assert.deepEqual(followed.contacts, ['lost', 'regained', 'lost', 'regained']);
    });
  });
}

let server: TestSshd;

async function openSsh(kind?: 'ssh2-server'): Promise<World> {
  server = await startTestSshd(kind);
  return { shell: server.shell(), cut: () => server.dropConnections() };
}

async function systemSsh(): Promise<World> {
  server = await startTestSshd();
  return { shell: await server.programShell(), cut: () => server.dropConnections() };
}

describe('box: local shell', () => {
  it('keeps our keys from what it runs', async () => {
    process.env['SOME_API_KEY'] = 'sk-hidden';
    const { stdout } = await new LocalShell().exec('env');
    Reflect.deleteProperty(process.env, 'SOME_API_KEY');
    assert.match(stdout, /^PATH=/m);
    assert.doesNotMatch(stdout, /sk-hidden/);
  });

  it('gives up on a command that takes too long and ends all that it started', async () => {
    const started = new LocalShell().exec('sleep 300 & wait', { timeoutMs: 300 });
    await assert.rejects(started, { reason: 'timeout' });
  });
});

contract(
  'local',
  () => Promise.resolve({ shell: new LocalShell() }),
  () => Promise.resolve(),
  false,
);
contract(
  'ssh',
  () => openSsh(),
  () => server.stop(),
);
contract(
  'ssh through the stand-in server',
  () => openSsh('ssh2-server'),
  () => server.stop(),
);
contract(
  'ssh through the system’s program',
  () => systemSsh(),
  () => server.stop(),
);
