import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openPracticeWorld, releasePracticeWorld, withoutSecrets } from '../../src/practice/session';
import { isSameProcess } from '../../src/adapters/files/process-start';
import { readWorld, worldPaths, type PracticeWorldInfo } from '../../src/practice/world-file';

const tinyWorld = join(__dirname, 'tiny-world.ts');

describe("the practice world's process", () => {
  let home: string;
  const abort = new AbortController();

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'ml-intern-world-'));
  });

  afterEach(async () => {
    const world = await readWorld(home, 1);
    if (world) await end(world, 'SIGKILL');
    await rm(home, { recursive: true, force: true });
  });

  const openWorld = (programPath = tinyWorld, nodeArgs = ['--require', 'tsx/cjs']) =>
    openPracticeWorld({
      home,
      seed: 1,
      programPath,
      nodePath: process.execPath,
      nodeArgs: nodeArgs.map((arg) => (arg === 'tsx/cjs' ? require.resolve('tsx/cjs') : arg)),
      signal: abort.signal,
    });

  async function end(world: PracticeWorldInfo, signal: NodeJS.Signals): Promise<void> {
    if (await isSameProcess(world)) process.kill(world.pid, signal);
    while (await isSameProcess(world)) await sleep(20);
  }

  it('is started once, however many ask for it at the same time', async () => {
    const worlds = await Promise.all([openWorld(), openWorld(), openWorld()]);
    assert.equal(new Set(worlds.map(({ pid }) => pid)).size, 1);
    const log = await readFile(worldPaths(home, 1).log, 'utf8');
    assert.equal(log.trim().split('\n').length, 1, log);
    assert.ok(worlds[0].standIns.length >= 4);
  });

  it('is found again by whoever comes later', async () => {
    const first = await openWorld();
    assert.deepEqual(await openWorld(), first);
  });

  it('keeps its addresses when it is killed and started again', async () => {
    const first = await openWorld();
    await end(first, 'SIGKILL');
    const second = await openWorld();
    assert.notEqual(second.pid, first.pid);
    assert.deepEqual([second.hub, second.modelUrl, second.ssh.port], [first.hub, first.modelUrl, first.ssh.port]);
  });

  it('ends on SIGTERM', async () => {
    const world = await openWorld();
    await end(world, 'SIGTERM');
    await assert.rejects(fetch(world.hub));
  });

  it('is replaced when the product has changed', async () => {
    const first = await openWorld();
    const file = worldPaths(home, 1).file;
    await writeFile(file, JSON.stringify({ ...first, program: 'an older one' }));
    const second = await openWorld();
    assert.notEqual(second.pid, first.pid);
    assert.equal(await isSameProcess(first), false);
    assert.equal(second.hub, first.hub);
  });

  it('tells why it could not be started', async () => {
    const broken = join(home, 'broken.cjs');
    await writeFile(broken, 'process.stderr.write("no such luck\\n"); process.exit(3);');
    await assert.rejects(openWorld(broken, []), /ended with code 3\. It said: no such luck/);
  });

  it('ends by itself when idle, but not while a process uses it', async () => {
    const quick = join(home, 'quick.cjs');
    await writeFile(quick, `process.argv.push('--idle-seconds', '0.3'); require(${JSON.stringify(tinyWorld)});`);
    const world = await openWorld(quick);
    await sleep(1000);
    assert.equal(await isSameProcess(world), true);
    await releasePracticeWorld(home, 1);
    while (await isSameProcess(world)) await sleep(20);
  });

  it('hands no secret on', () => {
    assert.deepEqual(withoutSecrets({ PATH: '/bin', HF_TOKEN: 'x', ML_INTERN_MODEL_API_KEY: 'y' }), { PATH: '/bin' });
  });
});
