/** `ml-intern runs ship`: the model arrives whole, with a card that says what the log says. */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { modelBox, runWithModel } from './shipped';
import { FakeTerminal, play, type FakeRuns } from './support';

describe('ml-intern runs ship', () => {
  let folder: string;
  before(async () => (folder = await mkdtemp(join(tmpdir(), 'ml-intern-ship-'))));
  after(() => rm(folder, { recursive: true, force: true }));

  const ship = (runs: FakeRuns, to: string, ...more: string[]) =>
    play(['runs', 'ship', '--to', to, '-w', folder, ...more], runs, new FakeTerminal(), {}, modelBox());

  it('puts the model and its card into a new folder', async () => {
    const to = join(folder, 'out', 'model');
    const played = await ship(await runWithModel(), to, '--json');
    assert.equal(played.code, 0, played.terminal.stderr);
    const said = { run: 'run-1', experiment: '01-a', folder: to, bytes: 7, verified: null };
    assert.deepEqual(JSON.parse(played.terminal.stdout), said);
    assert.deepEqual((await readdir(to)).sort(), ['README.md', 'model.safetensors']);
    assert.deepEqual(await readdir(join(folder, 'out')), ['model']);
    const card = await readFile(join(to, 'README.md'), 'utf8');
    assert.match(
      card,
      /^---\nlicense: "cc-by-sa-4\.0"\nbase_model: "practice\/almanac-tiny"\ndatasets:\n {2}- "lab\/qa"/,
    );
    assert.match(card, /unseen items, this model \| 0\.550 \[0\.500, 0\.600\], invalid 0/);
    assert.match(card, /lab\/qa \| r1 \| cc-by-sa-4\.0 \| 1 of 100 rows/);
    assert.match(card, /pass the result on under the same licence/);
    assert.match(card, /ml-intern runs replay run-1 --experiment 01-a/);
    assert.match(card, /learning_rate \| 0\.00001/);
    assert.ok(!card.includes('<b>rows'), 'Text of the agent must not become markup.');
  });

  it('refuses a folder that is there, and a run without a model', async () => {
    const there = await ship(await runWithModel(), folder, '--json');
    assert.deepEqual([there.code, /is there already/.test(there.terminal.stdout)], [2, true]);
    const none = await ship(await runWithModel({ promoted: false }), join(folder, 'none'), '--json');
    assert.deepEqual([none.code, /no model that was promoted/.test(none.terminal.stdout)], [2, true]);
  });
});
