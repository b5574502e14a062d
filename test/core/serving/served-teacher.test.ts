import assert from 'node:assert/strict';
import { MlInternError, type ErrorReason } from '../../../src/core/errors';
import type { Teacher } from '../../../src/core/ports/teacher';
import type { ModelServer } from '../../../src/core/serving/model-server';
import { ServedTeacher, Turns } from '../../../src/core/serving/served-teacher';
import { FakeTeacher } from '../../support/core/fake-teacher';
import { QuietClock } from '../../support/core/quiet-clock';

const request = { system: 's', user: 'Write.', maxTokens: 50, temperature: 0, seed: 1 };
const { signal } = new AbortController();
const failure = (reason: ErrorReason, message: string) => new MlInternError(reason, message, { next: 'Look.' });

/** Servers in memory: each says its number, and dies when it is told to. */
class Servers {
  readonly events: string[] = [];
  private readonly deaths = new Map<number, (why: MlInternError) => void>();
  private readonly dead = new Set<number>();
  private made = 0;

  constructor(private readonly name = 'server') {}

  start = (): Promise<ModelServer> => {
    const number = ++this.made;
    this.events.push(`${this.name} ${number} up`);
    const over = new Promise<MlInternError>((resolve) => this.deaths.set(number, resolve));
    const close = () => {
      this.events.push(`${this.name} ${number} ended`);
      return Promise.resolve();
    };
    return Promise.resolve({ baseUrl: String(number), key: 'k', over, close });
  };

  connect = ({ baseUrl }: ModelServer): Teacher =>
    new FakeTeacher(() =>
      this.dead.has(Number(baseUrl)) ? failure('model-unavailable', 'Nobody answers.') : `from ${baseUrl}`,
    );

  kill(number: number): void {
    this.dead.add(number);
    this.deaths.get(number)?.(failure('job-failed', `Server ${number} died.`));
  }

  /** It answers no more, and lives. */
  silence = (number: number) => this.dead.add(number);
}

function teacherOf(servers: Servers, turns?: Turns, start = servers.start) {
  const told: string[] = [];
  const parts = {
    start,
    connect: servers.connect,
    clock: new QuietClock(60_000),
    say: (text: string) => told.push(text),
  };
  return Object.assign(new ServedTeacher({ ...parts, ...(turns ? { turns } : {}) }), { told });
}

describe('a served teacher', () => {
  it('is started when it is first asked, once for all who ask, and ended', async () => {
    const servers = new Servers();
    const teacher = teacherOf(servers);
    assert.deepEqual(servers.events, []);
    const answers = await Promise.all([teacher.ask(request, signal), teacher.ask(request, signal)]);
    assert.deepEqual(
      answers.map(({ text }) => text),
      ['from 1', 'from 1'],
    );
    await teacher.close();
    assert.deepEqual(servers.events, ['server 1 up', 'server 1 ended']);
  });

  it('is started once more when it died, and says why when it dies again', async () => {
    const servers = new Servers();
    const teacher = teacherOf(servers);
    await teacher.ask(request, signal);
    servers.kill(1);
    const answers = await Promise.all([teacher.ask(request, signal), teacher.ask(request, signal)]);
    assert.deepEqual(
      answers.map(({ text }) => text),
      ['from 2', 'from 2'],
    );
    assert.match(teacher.told.join(), /Server 1 died\.\s+It is started once more\./);
    servers.kill(2);
    await assert.rejects(teacher.ask(request, signal), /Server 2 died/);
    await teacher.close();
    assert.deepEqual(servers.events, ['server 1 up', 'server 1 ended', 'server 2 up', 'server 2 ended']);
  });

  it('is not started again while its server lives: the failure is that of the answer', async () => {
    const servers = new Servers();
    const teacher = teacherOf(servers);
    await teacher.ask(request, signal);
    servers.silence(1);
    await assert.rejects(teacher.ask(request, signal), /Nobody answers/);
    assert.deepEqual(servers.events, ['server 1 up']);
  });

  it('gives way to another one that shares its box, and comes back', async () => {
    const turns = new Turns();
    const servers = [new Servers('a'), new Servers('b')] as const;
    const [one, two] = [teacherOf(servers[0], turns), teacherOf(servers[1], turns)];
    await one.ask(request, signal);
    await two.ask(request, signal);
    assert.deepEqual(servers[0].events, ['a 1 up', 'a 1 ended']);
    await one.ask(request, signal);
    assert.deepEqual(servers[1].events, ['b 1 up', 'b 1 ended']);
    await Promise.all([one.close(), two.close()]);
    assert.deepEqual(servers[0].events, ['a 1 up', 'a 1 ended', 'a 2 up', 'a 2 ended']);
  });

  it('that is closed while it starts ends the start', async () => {
    const servers = new Servers();
    let ended = false;
    const start = (closing: AbortSignal) =>
      new Promise<ModelServer>((_, reject) =>
        closing.addEventListener('abort', () => {
          ended = true;
          reject(closing.reason as Error);
        }),
      );
    const teacher = teacherOf(servers, undefined, start as typeof servers.start);
    const leaving = new AbortController();
    const asked = teacher.ask(request, leaving.signal);
    leaving.abort(failure('cancelled', 'Stopped.'));
    await assert.rejects(asked, /Stopped/);
    await teacher.close();
    assert.ok(ended);
  });

  it('that a box cannot serve is no fault of what was asked: nothing else is asked of it', async () => {
    const servers = new Servers();
    const teacher = teacherOf(servers, undefined, () => Promise.reject(failure('bad-input', 'No GPU.')));
    await assert.rejects(teacher.ask(request, signal), (error) => MlInternError.is(error, 'model-not-found'));
  });
});
