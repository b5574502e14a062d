// A real pip, a real box on this machine, and an index that is a folder: what a person without internet on the box relies on.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { readBoxPackage } from '../../src/adapters/files/box-package';
import { localFiles } from '../../src/adapters/files/local-files';
import { LocalShell } from '../../src/adapters/local-box/local-shell';
import { systemClock } from '../../src/adapters/system/clock';
import { fillWheelhouse } from '../../src/app/wheels';
import { SupervisedBox } from '../../src/core/box/supervised-box';
import { mustRun } from '../support/process';

const repository = resolve(__dirname, '../..');

describe('the wheelhouse of a box', function () {
  this.timeout(180_000);
  let folder: string;
  let box: SupervisedBox;
  let before: NodeJS.ProcessEnv;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheels-test-'));
    const environments = join(folder, 'box', 'environments');
    await mkdir(environments, { recursive: true });
    await symlink(join(repository, 'box', 'ml_intern_box'), join(folder, 'box', 'ml_intern_box'));
    await writeFile(join(environments, 'bare.json'), JSON.stringify({ name: 'bare', requirements: [] }));
    await writeFile(join(environments, 'bare.lock.txt'), '# nothing\n');
    await writeFile(join(environments, 'odd.json'), JSON.stringify({ name: 'odd', requirements: ['nowhere==1'] }));
    await writeFile(join(environments, 'odd.lock.txt'), "nowhere==1 ; sys_platform == 'linux'\n");
    const shell = new LocalShell();
    box = new SupervisedBox({
      name: 'local',
      shell,
      files: { transfer: shell, local: localFiles },
      packageFiles: await readBoxPackage(join(repository, 'box')),
      root: join(folder, 'root'),
      clock: systemClock,
    });
    before = { ...process.env };
    const bundled = 'import ensurepip, os; print(os.path.join(os.path.dirname(ensurepip.__file__), "_bundled"))';
    process.env['PIP_FIND_LINKS'] = (await mustRun('python3', ['-c', bundled])).trim();
    process.env['PIP_NO_INDEX'] = '1';
  });

  afterEach(async () => {
    process.env = before;
    await box.close();
    await rm(folder, { recursive: true, force: true });
  });

  const fill = (set: string, said: string[] = []) =>
    fillWheelhouse(box, {
      productRoot: folder,
      sets: [set],
      onText: (text) => said.push(text),
      onProgress: () => undefined,
    });

  it('is filled with what this machine downloads for the box, pip included', async () => {
    const told = await fill('bare');
    assert.equal(told.folder, join(folder, 'root', 'wheelhouse'));
    assert.equal(told.wheels, 1);
    assert.match((await readdir(told.folder)).join(), /^pip-[\d.]+-py3-none-any\.whl$/);
  });

  it('stays as it is when a package cannot be downloaded, and pip says which', async () => {
    const said: string[] = [];
    await assert.rejects(fill('odd', said), /could not be downloaded on this machine/);
    assert.match(said.join(''), /nowhere==1 could not be downloaded/);
    assert.deepEqual(await readdir(join(folder, 'root', 'wheelhouse')), []);
  });
});
