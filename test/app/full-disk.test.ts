/** A disk without a byte left, here or on the box: the run stops, its log says why, and it goes on when there is room again. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { MlInternError } from '../../src/core/errors';
import { MoodyEndpoint } from '../support/app/moody-endpoint';
import { assertPlain, assertStopped } from '../support/app/problem';
import { connects, openStage, plans, resumeUntil, whenSeen, type Stage } from '../support/app/stage';

describe('a full disk', () => {
  let disk: string;
  let full: Stage | undefined;
  let endpoint: MoodyEndpoint;

  before(async () => {
    endpoint = await MoodyEndpoint.start();
  });
  after(() => endpoint.close());
  beforeEach(async function () {
    disk = await mkdtemp(join(tmpdir(), 'ml-intern-disk-'));
    if (userInfo().uid !== 0 || !mounted(disk)) this.skip();
  });
  afterEach(async () => {
    await full?.close();
    if (full) execFileSync('umount', ['-l', disk]);
    full = undefined;
    await rm(disk, { recursive: true, force: true });
  });

  it('under the workspace ends the run in its log, loses nothing, and lets it go on when there is room: disk-full', async () => {
    full = await openStage({ workspace: disk });
    const handle = await full.runs.start(full.config({ model: endpoint.model }));
    await whenSeen(handle, plans);
    await fill(join(disk, 'filler'));
    const view = await handle.done;
    assertStopped(view, 'disk-full', /^The disk that holds \S+ is full: \S+ could not be written\.$/, /resume the run/);
    assert.deepEqual((await full.types(handle.id)).slice(-2), ['problem.raised', 'run.stopped']);
    assert.deepEqual(await full.runs.view(handle.id), view);

    const error = await full.runs.resume(handle.id).catch((thrown: unknown) => thrown);
    assert.ok(MlInternError.is(error));
    assertPlain(error, 'disk-full', /is full/, /Free some space/);

    await rm(join(disk, 'filler'));
    const step = view.plan[0]?.text;
    await resumeUntil(full, handle.id, ({ plan }) => plan[0]?.text !== step);
  });

  it('of the box stops the run until there is room: box-disk-full', async () => {
    full = await openStage({ settings: { boxRoot: join(disk, 'box') } });
    await fill(join(disk, 'filler'));
    const handle = await full.runs.start(full.config({ model: endpoint.model }));
    assertStopped(
      await handle.done,
      'box-disk-full',
      /^The box has no space left under \S+\.$/,
      /Free some space on the box/,
    );
    await rm(join(disk, 'filler'));
    await resumeUntil(full, handle.id, connects);
  });
});

function mounted(folder: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], { stdio: 'ignore' });
    return true;
  } catch {
    // Containers often may not mount.
    return false;
  }
}

/** Until not a byte is left, also within the last block of any file that grows. */
async function fill(path: string): Promise<void> {
  const { bavail, bsize } = await statfs(join(path, '..'));
  await writeFile(path, Buffer.alloc(bavail * bsize)).catch(() => undefined);
}
