/** `ml-intern runs ship --repo`: shown first, pushed only on a person's word for exactly that, and remembered by the run. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OpenedBox } from '../../src/core/box/opened-box';
import { startFaultyServers, type FaultyServers } from '../support/practice';
import { smallWorld } from '../support/small-world';
import { modelBox, runWithModel } from './shipped';
import { FakeTerminal, play, type FakeRuns, type Played } from './support';

const token = 'hf_secret_of_tests';
const files = { 'model.safetensors': 'weights', 'config.json': '{}', 'training_args.bin': 'pickled' };

interface Plan {
  hash: string;
  account: string;
  visibility: string;
  verified: boolean | null;
  leftOut: string[];
  repositories: { kind: string; repo: string; onto: string | null; files: { path: string }[]; removes: string[] }[];
  pushed: { repo: string; commit: string; hash: string; visibility: string }[] | null;
}

describe('ml-intern runs ship --repo', () => {
  let folder: string;
  let servers: FaultyServers;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ml-intern-push-'));
    servers = await startFaultyServers(smallWorld(), token);
  });
  after(async () => {
    await servers.stop();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(() => servers.setFaults(undefined));

  interface Scene {
    terminal?: FakeTerminal;
    box?: OpenedBox;
    env?: NodeJS.ProcessEnv;
  }

  const ship = (runs: FakeRuns, args: string[], { terminal, box, env }: Scene = {}): Promise<Played> =>
    play(
      ['runs', 'ship', '-w', folder, ...args],
      runs,
      terminal ?? new FakeTerminal(),
      { HF_ENDPOINT: servers.hub, HF_TOKEN: token, ML_INTERN_HOME: join(folder, 'home'), ...env },
      box ?? modelBox(files),
    );
  const planOf = (played: Played) => JSON.parse(played.terminal.stdout) as Plan;
  const approved = async (runs: FakeRuns, args: string[], scene: Scene = {}): Promise<Plan> => {
    const { hash } = planOf(await ship(runs, [...args, '--json'], scene));
    const played = await ship(runs, [...args, '--json', '--yes', hash], scene);
    assert.equal(played.code, 0, played.terminal.stderr);
    return planOf(played);
  };
  const read = async (path: string, as: string | null = token) =>
    fetch(`${servers.hub}/${path}`, as === null ? {} : { headers: { authorization: `Bearer ${as}` } });
  const types = (runs: FakeRuns) => runs.runs[0]?.events.map(({ type }) => type) ?? [];

  it('only shows it where nobody can be asked, and pushes exactly what has the hash that was shown', async () => {
    const runs = await runWithModel();
    const args = ['--repo', 'practice/first', '--json'];
    const asked = await ship(runs, args);
    assert.equal(asked.code, 3, asked.terminal.stderr);
    const plan = planOf(asked);
    assert.deepEqual(
      [plan.account, plan.visibility, plan.pushed, plan.leftOut],
      ['practice', 'private', null, ['training_args.bin']],
    );
    assert.deepEqual(
      plan.repositories.map(({ repo, onto, files: list }) => [repo, onto, list.map(({ path }) => path)]),
      [['practice/first', null, ['README.md', 'config.json', 'model.safetensors']]],
    );
    const { stderr } = asked.terminal;
    for (const words of [
      /private; one commit on main, a new repository; 3 files/,
      /pass the result on under the same licence/,
    ])
      assert.match(stderr, words);
    assert.match(stderr, /\| # practice\/almanac-tiny, fine-tuned: 01-a/);
    assert.match(stderr, new RegExp(`runs ship run-1 --repo practice/first .*--yes ${plan.hash}`));
    assert.equal((await read('api/models/practice/first')).status, 404);
    assert.ok(!types(runs).includes('proposal.made'));

    const other = await ship(runs, [...args, '--yes', 'f'.repeat(64)]);
    assert.deepEqual([other.code, /is not what would be pushed/.test(other.terminal.stdout)], [3, true]);
    const changed = await ship(runs, [...args, '--yes', plan.hash], {
      box: modelBox({ ...files, 'config.json': '{"a":1}' }),
    });
    assert.equal(changed.code, 3);
    const wider = await ship(runs, [...args, '--public', '--yes', plan.hash]);
    assert.equal(wider.code, 3);
    assert.equal((await read('api/models/practice/first')).status, 404);

    const done = await ship(runs, [...args, '--yes', plan.hash]);
    assert.equal(done.code, 0, done.terminal.stderr);
    const [pushed] = planOf(done).pushed ?? [];
    assert.deepEqual([pushed?.repo, pushed?.visibility, pushed?.hash], ['practice/first', 'private', plan.hash]);
    assert.match(await (await read('practice/first/resolve/main/README.md')).text(), /^---\nlicense: "cc-by-sa-4\.0"/);
    assert.equal((await read('practice/first/resolve/main/training_args.bin')).status, 404);
    assert.equal((await read('practice/first/resolve/main/README.md', null)).status, 401);
    assert.deepEqual(types(runs).slice(-3), ['proposal.made', 'proposal.decided', 'publication.made']);
    const view = await runs.view('run-1');
    assert.deepEqual([view.publications[0]?.commit, view.publications[0]?.experiment], [pushed?.commit, '01-a']);
    const { decision, proposal } = view.proposals.at(-1) ?? {};
    assert.deepEqual(
      [decision?.by, decision?.surface, decision?.hash, proposal?.kind],
      ['person', 'cli', plan.hash, 'publish'],
    );
    const told = [asked, other, changed, done].map(({ terminal }) => terminal.stderr + terminal.stdout).join('');
    assert.ok(!(JSON.stringify(runs.runs[0]?.events) + told).includes(token));
  });

  it('pushes when a person types the name, and not when they type anything else', async () => {
    const runs = await runWithModel();
    const args = ['--repo', 'glim/second', '--space', 'practice/try-it'];
    const no = await ship(runs, args, { terminal: new FakeTerminal(true, false, ['yes']) });
    assert.deepEqual([no.code, /Nothing was pushed/.test(no.terminal.stderr)], [3, true]);
    const yes = await ship(runs, args, { terminal: new FakeTerminal(true, false, ['glim/second']) });
    assert.equal(yes.code, 0, yes.terminal.stderr);
    assert.match(
      yes.terminal.stdout,
      /^model glim\/second \(private\): http.*\nspace practice\/try-it \(private\): http/,
    );
    const page = await (await read('spaces/practice/try-it/resolve/main/README.md')).text();
    assert.match(page, /^---\ntitle: "second"\n[^]*models:\n {2}- "glim\/second"/);
    assert.ok(!page.includes('{{'));
    assert.equal(
      await (await read('spaces/practice/try-it/resolve/main/model.json')).text(),
      '{\n  "model": "glim/second"\n}\n',
    );
    const { publications } = await runs.view('run-1');
    assert.deepEqual(
      publications.map(({ kind }) => kind),
      ['model', 'space'],
    );
    const shown = await play(['runs', 'show', '--json', '-w', folder], runs);
    assert.match(shown.terminal.stdout, /glim\/second/);
    const summary = await play(['runs', 'show', '-w', folder], runs);
    assert.match(summary.terminal.stdout, /Published\n {2}model glim\/second \(private\)/);
  });

  it('stands on what is there: weights of before go, everything else stays', async () => {
    const args = ['--repo', 'practice/again'];
    await approved(await runWithModel(), args, {
      box: modelBox({ 'model-1.safetensors': 'one', 'notes.txt': 'mine' }),
    });
    const plan = await approved(await runWithModel(), args);
    assert.deepEqual(plan.repositories[0]?.removes, ['model-1.safetensors']);
    assert.match(plan.repositories[0]?.onto ?? '', /^[0-9a-f]{40}$/);
    assert.equal(await (await read('practice/again/resolve/main/notes.txt')).text(), 'mine');
    assert.equal((await read('practice/again/resolve/main/model-1.safetensors')).status, 404);
  });

  it('never changes who may see a repository', async () => {
    await approved(await runWithModel(), ['--repo', 'practice/open', '--public']);
    const hidden = await ship(await runWithModel(), ['--repo', 'practice/open', '--json']);
    assert.match(hidden.terminal.stdout, /practice\/open is public, and the push is to be private.*--public/);
    await approved(await runWithModel(), ['--repo', 'practice/closed']);
    const seen = await ship(await runWithModel(), ['--repo', 'practice/closed', '--public', '--json']);
    assert.match(seen.terminal.stdout, /practice\/closed is private, and the push is to be public/);
  });

  it('refuses what cannot or must not be pushed, before anything is fetched or sent', async () => {
    const unused = Object.assign(modelBox(), { fetch: () => assert.fail('Nothing is to be fetched.') });
    const refused = async (args: string[], licence = 'mit', env: NodeJS.ProcessEnv = {}) => {
      const before = servers.requests().length;
      const played = await ship(await runWithModel({ licence }), [...args, '--json'], { box: unused, env });
      assert.ok(
        servers
          .requests()
          .slice(before)
          .every(({ method }) => method === 'GET'),
      );
      return [played.code, (JSON.parse(played.terminal.stdout) as { error: { reason: string } }).error.reason];
    };
    assert.deepEqual(await refused(['--repo', 'practice/x'], 'cc-by-nc-nd-4.0'), [1, 'not-approved']);
    assert.deepEqual(await refused(['--repo', 'stranger/x']), [1, 'hub-auth']);
    assert.deepEqual(await refused(['--repo', 'practice/x'], 'mit', { HF_TOKEN: '' }), [1, 'hub-auth']);
    assert.deepEqual(await refused(['--repo', 'practice/x'], 'mit', { HF_TOKEN: 'hf_wrong' }), [1, 'hub-auth']);
    assert.deepEqual(await refused(['--repo', 'no-owner']), [2, 'bad-input']);
    assert.deepEqual(await refused(['--repo', 'practice/x', '--to', 'y']), [2, 'bad-input']);
    assert.deepEqual(await refused(['--to', 'y', '--public']), [2, 'bad-input']);
    assert.deepEqual(await refused([]), [2, 'bad-input']);
    const running = await runWithModel();
    running.driven.add('run-1');
    assert.equal((await ship(running, ['--repo', 'practice/x'], { box: unused })).code, 5);
  });

  it('says that a licence forbids passing the model on where the policy lets it through all the same', async () => {
    await mkdir(join(folder, 'ml-intern'), { recursive: true });
    await writeFile(join(folder, 'ml-intern', 'licences.json'), '{"allow": ["cc-by-nd-4.0"]}');
    const played = await ship(await runWithModel({ licence: 'cc-by-nd-4.0' }), ['--repo', 'practice/x']);
    assert.deepEqual([played.code, /FORBIDS passing the model on/.test(played.terminal.stderr)], [3, true]);
    await rm(join(folder, 'ml-intern'), { recursive: true });
  });

  it('goes on after a cut with the same command, and the run remembers only what arrived', async () => {
    const runs = await runWithModel();
    const args = ['--repo', 'practice/cut', '--json'];
    const { hash } = planOf(await ship(runs, args));
    servers.setFaults(({ path }) => (path.includes('/commit/') ? { kind: 'reset' } : undefined));
    const cut = await ship(runs, [...args, '--yes', hash]);
    assert.deepEqual([cut.code, /hub-unavailable/.test(cut.terminal.stdout)], [1, true]);
    assert.equal((await runs.view('run-1')).publications.length, 0);
    servers.setFaults(undefined);
    const before = servers.requests().length;
    const done = await ship(runs, [...args, '--yes', hash]);
    assert.equal(done.code, 0, done.terminal.stderr);
    assert.ok(
      !servers
        .requests()
        .slice(before)
        .some(({ method }) => method === 'PUT'),
    );
    const { publications, proposals } = await runs.view('run-1');
    assert.deepEqual([publications.length, proposals.length], [1, 1]);
  });
});
