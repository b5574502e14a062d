/** What a person gets wrong, or the world does: each is told in one sentence with the next step, and the run goes on once it is mended. */
import assert from 'node:assert/strict';
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MlInternError, type ErrorReason } from '../../src/core/errors';
import type { RunHandle } from '../../src/core/run/runs';
import type { RunView } from '../../src/core/run/view';
import { closedPort } from '../support/app/closed-port';
import { MoodyEndpoint, type Mood } from '../support/app/moody-endpoint';
import { assertPlain, assertStopped } from '../support/app/problem';
import { moveIntoSshHome, type SshHome, type Wrong } from '../support/app/ssh-config';
import {
  benchmark,
  connects,
  makeModel,
  openStage,
  plans,
  resumeUntil,
  whenSeen,
  type Stage,
} from '../support/app/stage';
import { startTestSshd, type TestSshd } from '../support/sshd';
import { newKeyPair } from '../support/key-pair';

describe('bad input', () => {
  let stage: Stage;
  let endpoint: MoodyEndpoint;
  let key: string | undefined;

  before(async () => {
    stage = await openStage({
      secrets: { get: (name) => Promise.resolve(name.startsWith('model:') ? key : undefined) },
      settings: { modelPatience: { firstByteMs: 1000 } },
    });
    endpoint = await MoodyEndpoint.start();
  });
  after(async () => {
    await stage.close();
    await endpoint.close();
  });
  beforeEach(() => {
    endpoint.mood = { kind: 'well' };
  });

  const begin = (rest: Parameters<Stage['config']>[0] = {}) =>
    stage.runs.start(stage.config({ model: endpoint.model, ...rest }));

  const resumes = (id: string, wanted: (view: RunView) => boolean) => resumeUntil(stage, id, wanted);

  describe('a box over SSH', () => {
    let server: TestSshd;
    let home: SshHome;

    before(async () => {
      server = await startTestSshd();
      home = await moveIntoSshHome(join(stage.folder, 'ssh-home'), server);
    });
    after(async () => {
      home.restore();
      await server.stop();
    });

    const cases: [string, () => Promise<Wrong>, ErrorReason, RegExp, RegExp][] = [
      [
        'that cannot be reached',
        async () => ({ port: await closedPort() }),
        'box-unreachable',
        /^The box gpu cannot be reached: 127\.0\.0\.1:\d+ refuses connections\.$/,
        /SSH server runs there and that the port is right, then try again/,
      ],
      [
        'that does not know the key',
        async () => ({ identityFile: await file('key', newKeyPair().private) }),
        'box-auth',
        /^The box gpu does not accept any of your keys for the user \S+\.$/,
        /ssh-copy-id -p \d+ \S+@127\.0\.0\.1/,
      ],
      [
        'whose host key changed',
        async () => ({ knownHostsFile: await file('changed', `${await place()} ${otherKey()}\n`) }),
        'box-host-key-changed',
        /^The host key of the box gpu is not the one in known_hosts \(it is SHA256:\S+\): the machine was set up anew, or/,
        /Ask whoever runs the box.*ssh-keygen -R.*then resume/,
      ],
      [
        'that nobody met before, with nobody to ask',
        async () => ({ knownHostsFile: await file('none', '') }),
        'box-host-key-unknown',
        /^The box gpu is not known yet: its host key is SHA256:\S+\.$/,
        /Compare the fingerprint.*`ssh gpu`.*resume the run/,
      ],
    ];
    const file = async (name: string, text: string) => {
      await writeFile(join(server.home, name), text, { mode: 0o600 });
      return join(server.home, name);
    };
    const place = () => Promise.resolve(`[${server.host}]:${server.port}`);
    const otherKey = () => newKeyPair().public;

    for (const [what, wrong, reason, message, next] of cases) {
      it(`${what}: ${reason}`, async () => {
        await home.write(await wrong());
        const handle = await begin({ box: 'gpu' });
        assertStopped(await handle.done, reason, message, next);
        assert.deepEqual((await stage.types(handle.id)).slice(-2), ['problem.raised', 'run.stopped']);
        await home.write();
        await resumes(handle.id, connects);
      });
    }
  });

  it('a box without Python: box-no-python', async () => {
    const path = process.env['PATH'];
    const bare = join(stage.folder, 'bare');
    await mkdir(bare);
    await symlink('/bin/sh', join(bare, 'sh'));
    process.env['PATH'] = bare;
    let handle: RunHandle;
    try {
      handle = await begin();
      assertStopped(await handle.done, 'box-no-python', /^There is no python3 on the box local\.$/, /Install Python 3/);
    } finally {
      process.env['PATH'] = path;
    }
    await resumes(handle.id, connects);
  });

  describe('a model endpoint', () => {
    const cases: [string, Mood, ErrorReason, RegExp, RegExp][] = [
      [
        '401',
        { kind: 'status', status: 401 },
        'model-auth',
        /asks for an API key and none is set/,
        /Set an API key for/,
      ],
      [
        '429',
        { kind: 'status', status: 429 },
        'model-rate-limit',
        /gets too many requests \(429\)/,
        /^Wait a minute, then/,
      ],
      [
        '429 with Retry-After',
        { kind: 'status', status: 429, retryAfter: '7' },
        'model-rate-limit',
        /gets too many requests \(429\)/,
        /^Wait 7 s, then resume the run\.$/,
      ],
      ['500', { kind: 'status', status: 500 }, 'model-unavailable', /failed to answer \(500\)/, /resume the run/],
      [
        'a web page',
        { kind: 'garbage' },
        'model-garbage',
        /sent a web page instead of an answer\.$/,
        /base URL.*resume/,
      ],
      ['nothing', { kind: 'empty' }, 'model-garbage', /sent nothing\.$/, /base URL.*resume/],
      [
        'by hanging up',
        { kind: 'hang up' },
        'model-unavailable',
        /failed to answer: the connection broke\.$/,
        /resume/,
      ],
      ['by silence', { kind: 'hang' }, 'model-unavailable', /failed to answer: nothing came for 1 s\.$/, /resume/],
    ];
    for (const [what, mood, reason, message, next] of cases) {
      it(`that answers ${what}: ${reason}`, async () => {
        endpoint.mood = mood;
        const handle = await begin();
        const view = await handle.done;
        assertStopped(view, reason, message, next);
        assert.ok(view.problems.at(-1)?.message.startsWith(endpoint.host));
        endpoint.mood = { kind: 'well' };
        await resumes(handle.id, plans);
      });
    }

    it('that refuses the API key: model-auth', async () => {
      key = 'sk-old';
      endpoint.mood = { kind: 'status', status: 401, message: 'Wrong key.' };
      const handle = await begin();
      assertStopped(
        await handle.done,
        'model-auth',
        /refused the API key \(401\): Wrong key\.$/,
        /Set a valid API key/,
      );
      key = undefined;
      endpoint.mood = { kind: 'well' };
      await resumes(handle.id, plans);
    });

    it('that fails in the middle of a run, again and again: the conversation goes on where it was', async () => {
      const handle = await begin();
      handle.onChange((view) => {
        if (plans(view)) endpoint.mood = { kind: 'status', status: 429, retryAfter: '0' };
      });
      assertStopped(await handle.done, 'model-rate-limit', /too many requests/, /^Wait a moment, then resume the run/);
      endpoint.mood = { kind: 'well' };
      const said = (await stage.types(handle.id)).filter((type) => type === 'model.replied').length;
      assert.equal(said, 1);
      await resumes(handle.id, ({ plan }) => plan.some(({ text }) => text !== handle.view().plan[0]?.text));
    });
  });

  it('a base model that does not exist: base-model-not-found', async () => {
    endpoint.mood = { kind: 'well' };
    const baseModel = join(stage.folder, 'models', 'late');
    const handle = await begin({ baseModel });
    assertStopped(
      await handle.done,
      'base-model-not-found',
      /^There is no model in \S+late on this box \(no config\.json\)\.$/,
      /Check the model's id.*Then resume the run, or start a new one/,
    );
    await makeModel(baseModel);
    const before = (await stage.types(handle.id)).length;
    const resumed = await stage.runs.resume(handle.id);
    const found = async () => (await stage.types(handle.id)).slice(before).includes('base-model.ready');
    await new Promise<void>((done, failed) => {
      resumed.onChange(() => void found().then((isFound) => isFound && done(), failed));
    });
    await resumed.stop();
  });

  describe('a benchmark', () => {
    const cases: [string, string, RegExp][] = [
      ['with a broken line', `${benchmark()}{"question": "Cut o`, /line 13 is not JSON/],
      [
        'with a line that lacks its answer',
        `${benchmark()}{"question": "Which?"}\n`,
        /in line 13, "answer" is missing/,
      ],
    ];
    for (const [what, text, message] of cases) {
      it(`${what} is refused before anything is created, and accepted once it is mended`, async () => {
        await writeFile(join(stage.workspace, 'broken.jsonl'), text);
        const before = await readdir(join(stage.workspace, 'ml-intern'));
        const error = await begin({ benchmark: 'broken.jsonl' }).then(
          () => assert.fail('It was accepted.'),
          (thrown: unknown) => thrown,
        );
        assert.ok(MlInternError.is(error));
        assertPlain(error, 'benchmark-invalid', message, /Mend that line/);
        assert.deepEqual(await readdir(join(stage.workspace, 'ml-intern')), before);
        await writeFile(join(stage.workspace, 'broken.jsonl'), benchmark());
        const handle = await begin({ benchmark: 'broken.jsonl' });
        await whenSeen(handle, connects);
        await handle.stop();
      });
    }
  });
});
