/** What of a folder is sent as code: as git would take it, and nothing behind a link. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { listCode } from '../../../src/adapters/files/code-folder';

describe('the code of a folder', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ml-intern-code-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const write = async (files: Record<string, string>) => {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), content);
    }
  };
  const paths = async (below = '') => (await listCode(join(folder, below))).files.map(({ path }) => path);

  it('leaves out what the .gitignore files name, the nearest one deciding, and .git always', async () => {
    await write({
      '.git/config': '',
      '.gitignore': '*.log\n/build/\ndata/*\n!data/keep.csv\n# a comment\n\\#odd\n',
      'a.log': '',
      'a.py': '',
      '#odd': '',
      'build/x': '',
      'src/build/x': '',
      'data/big.bin': '',
      'data/keep.csv': '',
      'src/.gitignore': '!kept.log\ncache/\n',
      'src/kept.log': '',
      'src/gone.log': '',
      'src/cache/x.py': '',
      'src/deep/cache/.gitignore': '!*',
      'src/module/.git': 'gitdir: elsewhere',
      'src/module/m.py': '',
    });
    const expected = ['.gitignore', 'a.py', 'data/keep.csv', 'src/.gitignore', 'src/build/x', 'src/kept.log'];
    assert.deepEqual(await paths(), [...expected, 'src/module/m.py']);
  });

  it('takes what git takes', async function () {
    const files = ['.gitignore', 'x/.gitignore', 'a', 'b.txt', 'x/a', 'x/b.txt', 'x/y/a', 'x/y/b.txt', 'doc/z/b.txt'];
    await write({
      ...Object.fromEntries(files.map((path) => [path, ''])),
      '.gitignore': '*.txt\n!x/**/b.txt\n/a\n**/z/\n',
      'x/.gitignore': 'y/a\n',
    });
    try {
      execFileSync('git', ['init', '-q'], { cwd: folder });
    } catch {
      this.skip();
    }
    const git = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: folder }).toString();
    assert.deepEqual((await paths()).sort(), git.trim().split('\n').sort());
  });

  it('heeds the folders around it within a repository, and only there', async () => {
    await write({ '.gitignore': '*.bin\n/sub/top.txt\n', 'sub/a.bin': '', 'sub/top.txt': '', 'sub/a.py': '' });
    assert.deepEqual(await paths('sub'), ['a.bin', 'a.py', 'top.txt']);
    await mkdir(join(folder, '.git'));
    assert.deepEqual(await paths('sub'), ['a.py']);
  });

  it('follows no link, tells it, and takes hostile names as they are', async () => {
    const hostile = ['$(touch pwned)', '-rf', 'a\nb', 'é ☃', '..hidden'];
    await write(Object.fromEntries(hostile.map((name) => [`code/${name}`, name])));
    await write({ 'secret/key': 'k' });
    await symlink(join(folder, 'secret'), join(folder, 'code', 'folder-link'));
    await symlink(join(folder, 'secret', 'key'), join(folder, 'code', 'file-link'));
    await symlink('/etc', join(folder, 'code', '.gitignore'));
    execFileSync('mkfifo', [join(folder, 'code', 'pipe')]);
    const { files, skipped } = await listCode(join(folder, 'code'));
    assert.deepEqual(files.map(({ path }) => path).sort(), hostile.sort());
    assert.deepEqual(
      skipped.map(({ path, why }) => `${path}: ${why}`),
      [
        '.gitignore: it is a link, and links are not followed',
        'file-link: it is a link, and links are not followed',
        'folder-link: it is a link, and links are not followed',
        'pipe: it is not a plain file',
      ],
    );
  });

  it('tells a name that is no text, and what may be run', async () => {
    await write({ 'run.sh': '', 'a.py': '' });
    await chmod(join(folder, 'run.sh'), 0o755);
    await writeFile(Buffer.concat([Buffer.from(`${folder}/x`), Buffer.from([0xff])]), '');
    const { files, skipped } = await listCode(folder);
    assert.deepEqual(
      files.map(({ path, executable }) => [path, executable]),
      [
        ['a.py', false],
        ['run.sh', true],
      ],
    );
    assert.match(skipped[0]?.why ?? '', /cannot be read as text/);
  });
});
