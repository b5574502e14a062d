import assert from 'node:assert/strict';
import { cachedFetch, distrust, fromCache, type CacheRules } from '../../../src/core/http/cached';
import { resting } from '../../../src/core/http/resting';
import { NoAnswer, type Fetch } from '../../../src/core/http/retry';
import { InstantClock } from '../../support/instant-clock';
import { MemoryCache } from '../../support/memory-cache';

const url = 'http://service.test/thing';
const hour = 3600_000;

/** A service whose next answers are set, and what it was asked. */
class Service {
  readonly asked: Headers[] = [];
  next: () => Response = () => new Response('first', { headers: { etag: '"1"', 'content-type': 'text/plain' } });
  readonly fetch: Fetch = async (_, init) => {
    this.asked.push(new Headers(init?.headers));
    return this.next();
  };
}

describe('cachedFetch', () => {
  let service: Service;
  let clock: InstantClock;
  let cache: MemoryCache;
  beforeEach(() => {
    service = new Service();
    clock = new InstantClock();
    cache = new MemoryCache();
  });
  const open = (rest: Partial<CacheRules> = {}) =>
    cachedFetch(service.fetch, { cache, clock, maxAgeMs: () => hour, offline: false, ...rest });

  it('asks once while an answer is fresh', async () => {
    const fetch = open();
    assert.equal(await (await fetch(url)).text(), 'first');
    const again = await fetch(url);
    assert.deepEqual([await again.text(), again.headers.get('content-type')], ['first', 'text/plain']);
    assert.equal(fromCache(again), undefined);
    assert.equal(service.asked.length, 1);
  });

  it('checks an old answer by its validator, and takes the new one when it changed', async () => {
    const fetch = open();
    await fetch(url);
    await clock.sleep(2 * hour);
    service.next = () => new Response(null, { status: 304 });
    assert.equal(await (await fetch(url)).text(), 'first');
    assert.equal(service.asked[1]?.get('if-none-match'), '"1"');
    await fetch(url);
    assert.equal(service.asked.length, 2, 'found unchanged is as good as new');
    await clock.sleep(2 * hour);
    service.next = () => new Response('second');
    assert.equal(await (await fetch(url)).text(), 'second');
  });

  const silences: [string, () => Response][] = [
    ['refuses', () => new Response('', { status: 429 })],
    ['is broken', () => new Response('', { status: 500 })],
    [
      'cannot be reached',
      () => {
        throw new NoAnswer('service.test', 'connection refused', 1, undefined);
      },
    ],
  ];
  for (const [what, next] of silences) {
    it(`gives the old answer, and says so, when the service ${what}`, async () => {
      const fetch = open();
      await fetch(url);
      const kept = clock.now();
      await clock.sleep(2 * hour);
      service.next = next;
      const answer = await fetch(url);
      assert.deepEqual([await answer.text(), fromCache(answer)], ['first', { why: 'no answer', at: kept }]);
    });
  }

  it('answers offline from what is kept, whatever its age, and says what is not', async () => {
    await open()(url);
    await clock.sleep(1000 * hour);
    const fetch = open({ offline: true });
    const answer = await fetch(url);
    assert.deepEqual([await answer.text(), fromCache(answer)?.why], ['first', 'offline']);
    await assert.rejects(fetch(`${url}/other`), /offline, and its answer is not in the cache/);
    assert.equal(service.asked.length, 1);
  });

  it('keeps what is missing for a day at most, and no other failure', async () => {
    const fetch = open({ maxAgeMs: () => 1000 * hour });
    service.next = () => new Response('', { status: 404 });
    await fetch(url);
    assert.equal((await fetch(url)).status, 404);
    assert.equal(service.asked.length, 1);
    await clock.sleep(25 * hour);
    service.next = () => new Response('', { status: 403 });
    await fetch(url);
    service.next = () => new Response('here');
    assert.equal(await (await fetch(url)).text(), 'here');
  });

  it('forgets an answer that turned out to be of no use', async () => {
    const fetch = open();
    await distrust(await fetch(url));
    service.next = () => new Response('better');
    assert.equal(await (await fetch(url)).text(), 'better');
  });

  it('keeps answers for a token apart from those without', async () => {
    const fetch = open();
    await fetch(url, { headers: { authorization: 'Bearer a' } });
    service.next = () => new Response('public');
    assert.equal(await (await fetch(url)).text(), 'public');
  });
});

describe('resting', () => {
  it('leaves a host alone after a refusal for as long as it asked, and no other host', async () => {
    const service = new Service();
    const clock = new InstantClock();
    const fetch = resting(service.fetch, clock);
    service.next = () => new Response('', { status: 429, headers: { 'retry-after': '40' } });
    await fetch(url);
    assert.equal((await fetch(url)).status, 429);
    assert.equal(service.asked.length, 1);
    await fetch('http://other.test/');
    assert.equal(service.asked.length, 2);
    await clock.sleep(41_000);
    service.next = () => new Response('ok');
    assert.equal((await fetch(url)).status, 200);
  });
});
