/** A disk without a byte left, here or on the box: the run stops, its log says why, and it goes on when there is room again. */
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { MlInternError } from '../../src/core/errors';
import { MoodyEndpoint } from '../support/app/moody-endpoint';
import { assertPlain, assertStopped } from '../support/app/problem';
import { connects, openStage, plans, resumeUntil, whenSeen, type Stage } from '../support/app/stage';
import { openSmallDisk, type SmallDisk } from '../support/small-disk';

describe('a full disk', () => {
  let disk: SmallDisk;
  let full: Stage | undefined;
  let endpoint: MoodyEndpoint;

  before(async () => {
    endpoint = await MoodyEndpoint.start();
  });
  after(() => endpoint.close());
  beforeEach(function () {
    const opened = openSmallDisk('8m');
    if (!opened) return this.skip();
    disk = opened;
  });
  afterEach(async () => {
    await full?.close();
    if (full) disk.remove();
    full = undefined;
  });

  it('under the workspace ends the run in its log, loses nothing, and lets it go on when there is room: disk-full', async () => {
    full = await openStage({ workspace: disk.folder });
    const handle = await full.runs.start(full.config({ model: endpoint.model }));
    await whenSeen(handle, plans);
    const filler = await disk.fill();
    const view = await handle.done;
    assertStopped(view, 'disk-full', /^The disk that holds \S+ is full: \S+ could not be written\.$/, /resume the run/);
    assert.deepEqual((await full.types(handle.id)).slice(-2), ['problem.raised', 'run.stopped']);
    assert.deepEqual(await full.runs.view(handle.id), view);

    const error = await full.runs.resume(handle.id).catch((thrown: unknown) => thrown);
    assert.ok(MlInternError.is(error));
    assertPlain(error, 'disk-full', /is full/, /Free some space/);

    await rm(filler);
    const step = view.plan[0]?.text;
    await resumeUntil(full, handle.id, ({ plan }) => plan[0]?.text !== step);
  });

  it('of the box stops the run until there is room: box-disk-full', async () => {
    full = await openStage({ settings: { boxRoot: join(disk.folder, 'box') } });
    const filler = await disk.fill();
    const handle = await full.runs.start(full.config({ model: endpoint.model }));
    assertStopped(
      await handle.done,
      'box-disk-full',
      /^The box has no space left under \S+\.$/,
      /Free some space on the box/,
    );
    await rm(filler);
    await resumeUntil(full, handle.id, connects);
  });
});
