/** `ml-intern box push`: tells what it sends, sends what is lacking, and lays it out on a real box of this machine. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readBoxPackage } from '../../src/adapters/files/box-package';
import { localFiles } from '../../src/adapters/files/local-files';
import { LocalShell } from '../../src/adapters/local-box/local-shell';
import { SupervisedBox } from '../../src/core/box/supervised-box';
import { followToEnd, pythonJob } from '../support/box-job';
import { hurriedClock } from '../support/clock';
import { FakeRuns, FakeTerminal, play as playRuns } from './support';

describe('ml-intern box push', () => {
  let home: string;
  let code: string;
  let root: string;
  let box: SupervisedBox;

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'ml-intern-push-'));
    [code, root] = [join(home, 'my code'), join(home, 'root')];
    await mkdir(join(code, 'src'), { recursive: true });
    await writeFile(join(code, '.gitignore'), 'data/\n');
    await writeFile(join(code, 'src', 'model.py'), 'answer = 42\n');
    await symlink('/etc/passwd', join(code, 'link'));
    const shell = new LocalShell();
    const files = { transfer: shell, local: localFiles };
    const packageFiles = await readBoxPackage('box');
    box = new SupervisedBox({ name: 'gpu1', shell, packageFiles, root, files, clock: hurriedClock() });
  });
  afterEach(() => rm(home, { recursive: true, force: true }));

  const push = (...words: string[]) =>
    playRuns(['box', 'push', 'gpu1', code, ...words], new FakeRuns(), new FakeTerminal(), {}, box);

  it('lists what it would send, without touching the box', async () => {
    const { code: exit, terminal } = await push('--dry-run');
    assert.equal(exit, 0);
    assert.match(terminal.stderr, /2 files, 18 B, as code\/my-code on gpu1\./);
    assert.match(terminal.stderr, /skipped: link \(it is a link, and links are not followed\)/);
    assert.match(terminal.stdout, /src\/model\.py/);
    assert.deepEqual(await readdir(home), ['my code']);
  });

  it('sends it once, then only what changed, and takes away what is gone; a job can use it', async () => {
    const first = JSON.parse((await push('--to', 'mine', '--json')).terminal.stdout) as { sent: { folder: string } };
    const { folder } = first.sent;
    assert.equal(await readFile(join(folder, 'src', 'model.py'), 'utf8'), 'answer = 42\n');
    await rm(join(code, '.gitignore'));
    await writeFile(join(code, 'new.py'), '');
    const { terminal } = await push('--to', 'mine');
    assert.match(terminal.stderr, /Sent 1 \(0 B; 1 there already; 1 of before removed\)\. It lies in .*code\/mine\./);
    assert.deepEqual((await readdir(folder)).sort(), ['new.py', 'src']);
    const job = pythonJob(
      "import os, sys\nsys.path.insert(0, os.environ['ML_INTERN_ROOT'] + '/code/mine/src')\nimport model\nprint(model.answer)",
    );
    await box.submit(job);
    assert.equal((await followToEnd(box, job.id)).files['stdout.log'], '42\n');
  });

  it('says what is wrong with the folder, the name, and a box that takes no code', async () => {
    const { terminal, code: exit } = await push('--to', '../x');
    assert.notEqual(exit, 0);
    assert.match(terminal.stderr, /letters, digits, dots and dashes/);
    await rm(join(code, 'src'), { recursive: true });
    await writeFile(join(code, '.gitignore'), '*\n');
    assert.match((await push()).terminal.stderr, /it holds no file to send/);
    await rm(code, { recursive: true });
    assert.match((await push()).terminal.stderr, /it is not a folder/);
  });
});
