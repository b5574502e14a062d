/** Files to and from a box, on this machine and behind a real sshd: only what is lacking, whole, and nowhere else. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readBoxPackage } from '../../src/adapters/files/box-package';
import { localFiles } from '../../src/adapters/files/local-files';
import { LocalShell } from '../../src/adapters/local-box/local-shell';
import { SupervisedBox } from '../../src/core/box/supervised-box';
import { sha256 } from '../../src/core/hash';
import type { LocalFile } from '../../src/core/ports/box-files';
import type { BoxShell } from '../../src/core/ports/shell';
import { followToEnd, pythonJob } from '../support/box-job';
import { hurriedClock } from '../support/clock';
import { startTestSshd, type TestSshd } from '../support/sshd';

interface World {
  shell: BoxShell;
  cut?: () => Promise<void>;
}

const hostile = ['-rf', '$(touch pwned)', 'a\nb', '`id`;\'"', 'é ☃', '..hidden', 'folder/with blank/x'];
const large = 24 * 1024 * 1024;

function inMemory(content: Uint8Array): LocalFile {
  return { sha256: sha256(content), bytes: content.length, source: content };
}

function contract(name: string, open: () => Promise<World>, close: () => Promise<void>) {
  describe(`files of a box: ${name}`, () => {
    let world: World;
    let folder: string;
    let root: string;
    let box: SupervisedBox;
    let jobs = 0;

    before(async () => {
      world = await open();
      folder = await mkdtemp(join(tmpdir(), 'ml-intern files-'));
      root = join(folder, "the root's");
      const { shell } = world;
      const files = { transfer: shell, local: localFiles };
      box = new SupervisedBox({
        name,
        shell,
        packageFiles: await readBoxPackage('box'),
        root,
        files,
        clock: hurriedClock(),
      });
    });

    after(async () => {
      await box.close();
      await close();
      await rm(folder, { recursive: true, force: true });
    });

    const onDisk = async (content: Uint8Array): Promise<LocalFile> => {
      const source = join(folder, sha256(content).slice(0, 12));
      await writeFile(source, content);
      return { ...inMemory(content), source };
    };

    /** A job folder with artifacts, as a job would leave it. */
    const made = async (artifacts: Record<string, string | Uint8Array>): Promise<string> => {
      const id = `made-${++jobs}`;
      await mkdir(join(root, 'jobs', id, 'artifacts'), { recursive: true });
      for (const [path, content] of Object.entries(artifacts)) {
        const full = join(root, 'jobs', id, 'artifacts', path);
        await mkdir(dirname(full), { recursive: true });
        await writeFile(full, content);
      }
      return id;
    };

    const target = () => mkdtemp(join(folder, 'target-'));

    it('sends what the box lacks, and nothing twice', async () => {
      const small = Array.from({ length: 300 }, (_, i) => inMemory(Buffer.from(`file ${i} of ${name}`)));
      const files = [...small, await onDisk(randomBytes(1000)), await onDisk(randomBytes(5 * 1024 * 1024))];
      const seen: number[] = [];
      const report = await box.push(files, { onProgress: ({ bytes }) => seen.push(bytes) });
      const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
      assert.deepEqual(report, { sent: 302, bytes, already: 0 });
      assert.equal(seen[0], 0);
      assert.equal(seen.at(-1), bytes);
      assert.deepEqual(await box.push([...files, inMemory(Buffer.from('one more'))]), {
        sent: 1,
        bytes: 8,
        already: 302,
      });
    });

    it('says which file changed while it was sent', async () => {
      const file = await onDisk(randomBytes(500));
      await writeFile(file.source as string, 'shorter');
      await assert.rejects(box.push([file]), { reason: 'bad-input', message: new RegExp(file.source as string) });
      const other = await onDisk(randomBytes(500));
      await writeFile(other.source as string, randomBytes(500));
      await assert.rejects(box.push([other]), { reason: 'bad-input', message: /damaged/ });
    });

    it('gives a job its large files', async () => {
      const data = randomBytes(300_000).toString('hex');
      const program = "import hashlib; print(hashlib.sha256(open('data/large.txt', 'rb').read()).hexdigest())";
      const job = pythonJob(program, { files: { 'main.py': sha256(program), 'data/large.txt': sha256(data) } });
      job.files = { 'main.py': program, 'data/large.txt': data };
      await box.submit(job);
      const followed = await followToEnd(box, job.id);
      assert.equal(followed.files['stdout.log'].trim(), sha256(data));
    });

    it('gives a job many files', async () => {
      const files = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`f/${i}`, `${i} `.repeat(15_000)]));
      const program = "import os; print(sum(os.path.getsize('f/%d' % i) for i in range(40)))";
      const all: Record<string, string> = { 'main.py': program, ...files };
      const hashes = Object.entries(all).map(([path, content]) => [path, sha256(content)]);
      const job = pythonJob(program, { files: Object.fromEntries(hashes) as Record<string, string> });
      job.files = all;
      await box.submit(job);
      const followed = await followToEnd(box, job.id);
      const bytes = Object.values(files).reduce((sum, content) => sum + content.length, 0);
      assert.equal(followed.files['stdout.log'].trim(), String(bytes));
    });

    it('lists what a job made, with sizes', async () => {
      const id = await made({ 'checkpoint/model.bin': 'x'.repeat(1000), 'result.json': '{}' });
      await symlink('/etc', join(root, 'jobs', id, 'artifacts', 'out'));
      const { artifacts, bytes, complete } = await box.artifacts(id);
      assert.deepEqual(
        artifacts.map(({ path, kind, bytes }) => [path, kind, bytes]),
        [
          ['checkpoint', 'folder', 0],
          ['checkpoint/model.bin', 'file', 1000],
          ['out', 'link', 0],
          ['result.json', 'file', 2],
        ],
      );
      assert.deepEqual([bytes, complete], [1002, true]);
      await assert.rejects(box.artifacts('nobody'), { reason: 'bad-input' });
    });

    it('fetches files of the same content that lie beside each other', async () => {
      const twins = Array.from({ length: 20 }, (_, n) => `twin-${n}`);
      const id = await made(Object.fromEntries(twins.map((path) => [path, 'the same'])));
      const to = join(folder, 'twins');
      assert.equal((await box.fetch(id, [], to)).fetched, twins.length);
      assert.deepEqual((await readdir(to)).sort(), twins.sort());
    });

    it('fetches files of any name, and only what changed', async () => {
      const id = await made(Object.fromEntries(hostile.map((path) => [path, `content of ${path}`])));
      await symlink('/etc/passwd', join(root, 'jobs', id, 'artifacts', 'secret'));
      const to = await target();
      const first = await box.fetch(id, [], to);
      assert.equal(first.fetched, hostile.length);
      assert.deepEqual(
        first.skipped.map(({ path }) => path),
        ['secret'],
      );
      for (const path of hostile) assert.equal(await readFile(join(to, path), 'utf8'), `content of ${path}`);
      const changed = `content of ${'x'.repeat(3)}`;
      await writeFile(join(root, 'jobs', id, 'artifacts', '-rf'), changed);
      const second = await box.fetch(id, [], to);
      assert.deepEqual([second.fetched, second.unchanged], [1, hostile.length - 1]);
      assert.equal(await readFile(join(to, '-rf'), 'utf8'), changed);
      assert.ok((await readdir(to)).every((entry) => !entry.endsWith('.part')));
    });

    it('fetches a name that is no text, large or small', async () => {
      const id = await made({ plain: 'x' });
      const at = Buffer.from(join(root, 'jobs', id, 'artifacts/'));
      await writeFile(Buffer.concat([at, Buffer.from([0xff, 0x61])]), 'small');
      await writeFile(Buffer.concat([at, Buffer.from([0xfe, 0x61])]), Buffer.alloc(5 * 1024 * 1024, 'l'));
      const to = await target();
      assert.equal((await box.fetch(id, [], to)).fetched, 3);
      assert.equal(await readFile(join(to, '%ffa'), 'utf8'), 'small');
      assert.equal((await stat(join(to, '%fea'))).size, 5 * 1024 * 1024);
    });

    it('fetches a folder, a file, and says what is not there', async () => {
      const id = await made({ 'a/b/c': '1', 'a/d': '2', ab: '3', e: '4' });
      const to = await target();
      const report = await box.fetch(id, ['a/', 'e', 'none'], to);
      assert.equal(report.fetched, 3);
      assert.deepEqual(report.skipped, [{ path: 'none', why: 'the job has no such artifact' }]);
      assert.deepEqual((await readdir(to)).sort(), ['a', 'e']);
    });

    it('writes nothing through a link in the target folder', async () => {
      const id = await made({ 'link/x': 'planted', fine: '1' });
      const to = await target();
      const elsewhere = await target();
      await symlink(elsewhere, join(to, 'link'));
      const report = await box.fetch(id, [], to);
      assert.equal(report.fetched, 1);
      assert.match(report.skipped[0]?.why ?? '', /no folder is in its way/);
      assert.deepEqual(await readdir(elsewhere), []);
    });

    it('goes on with a large file where an earlier try stopped', async () => {
      const content = randomBytes(large);
      const id = await made({ 'model.bin': content });
      const to = await target();
      const stopping = new AbortController();
      const stopped = box.fetch(id, [], to, {
        signal: stopping.signal,
        onProgress: ({ bytes }) => bytes > large / 3 && stopping.abort(),
      });
      await assert.rejects(stopped, { name: 'AbortError' });
      const began: number[] = [];
      const report = await box.fetch(id, [], to, { onProgress: ({ bytes }) => began.push(bytes) });
      assert.equal(report.fetched, 1);
      assert.ok((began.find((bytes) => bytes > 0) ?? 0) > large / 3, 'not from the start');
      assert.equal(sha256(await readFile(join(to, 'model.bin'))), sha256(content));
    });

    it('comes through cut connections', async function () {
      const { cut } = world;
      if (cut === undefined) return this.skip();
      const cuts = [0.2, 0.5, 0.8];
      const cutAt = ({ bytes, totalBytes }: { bytes: number; totalBytes: number }) => {
        if (bytes > totalBytes * (cuts[0] ?? Infinity) && cuts.shift() !== undefined) void cut();
      };
      const file = await onDisk(randomBytes(large));
      assert.deepEqual(await box.push([file], { onProgress: cutAt }), { sent: 1, bytes: large, already: 0 });
      assert.equal(cuts.length, 0);
      cuts.push(0.3, 0.6);
      const many = Array.from({ length: 400 }, (_, i) => [`f/${i}`, randomBytes(20_000)] as const);
      const id = await made({ ...Object.fromEntries(many), 'model.bin': await readFile(file.source as string) });
      const to = await target();
      assert.equal((await box.fetch(id, [], to, { onProgress: cutAt })).fetched, 401);
      assert.equal(cuts.length, 0);
      assert.equal(sha256(await readFile(join(to, 'model.bin'))), file.sha256);
      for (const [path, content] of many) assert.ok(content.equals(await readFile(join(to, path))));
    });
  });
}

let server: TestSshd;

contract(
  'local',
  () => Promise.resolve({ shell: new LocalShell() }),
  () => Promise.resolve(),
);
contract(
  'ssh',
  async () => {
    server = await startTestSshd();
    return { shell: server.shell(), cut: () => server.dropConnections() };
  },
  () => server.stop(),
);
