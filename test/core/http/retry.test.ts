import assert from 'node:assert/strict';
import { fetchWithRetry, NoAnswer, readPolicy, type Fetch } from '../../../src/core/http/retry';
import { InstantClock } from '../../support/instant-clock';

type Step = Response | Error;

/** Answers with each step in turn, the last one again and again. */
function scripted(...steps: Step[]): { fetch: Fetch; calls: () => number } {
  let calls = 0;
  const fetch: Fetch = async () => {
    const step = steps[Math.min(calls++, steps.length - 1)];
    if (step instanceof Response) return step.clone();
    throw step;
  };
  return { fetch, calls: () => calls };
}

const answer = (status: number, headers: Record<string, string> = {}) => new Response('body', { status, headers });
const url = 'http://service.test/things';

describe('fetchWithRetry', () => {
  it('tries again after a passing failure and waits longer each time', async () => {
    const clock = new InstantClock();
    const { fetch, calls } = scripted(answer(503), new TypeError('fetch failed'), answer(200));
    assert.equal((await fetchWithRetry(fetch, clock)(url)).status, 200);
    assert.equal(calls(), 3);
    assert.deepEqual(clock.sleeps, [500, 1000]);
  });

  const waits: [string, Record<string, string>, number][] = [
    ['Retry-After in seconds', { 'retry-after': '3' }, 3000],
    ['Retry-After as a date', { 'retry-after': 'Thu, 01 Jan 2026 00:00:02 GMT' }, 2000],
    ['the RateLimit header', { ratelimit: '"api";r=0;t=4' }, 5000],
    ['its own back-off when nothing is said', {}, 500],
  ];
  for (const [what, headers, expected] of waits) {
    it(`waits after a 429 by ${what}`, async () => {
      const clock = new InstantClock();
      const { fetch } = scripted(answer(429, headers), answer(200));
      assert.equal((await fetchWithRetry(fetch, clock)(url)).status, 200);
      assert.deepEqual(clock.sleeps, [expected]);
    });
  }

  it('hands a 429 on instead of waiting longer than it may', async () => {
    const clock = new InstantClock();
    const { fetch, calls } = scripted(answer(429, { 'retry-after': '300' }));
    assert.equal((await fetchWithRetry(fetch, clock)(url)).status, 429);
    assert.deepEqual([calls(), clock.sleeps], [1, []]);
  });

  it('does not repeat what will not pass: 404, and lasting failures of the viewer', async () => {
    for (const lasting of [answer(404), answer(501), answer(500, { 'x-error-code': 'StreamingRowsError' })]) {
      const { fetch, calls } = scripted(lasting);
      await fetchWithRetry(fetch, new InstantClock())(url);
      assert.equal(calls(), 1);
    }
    const { fetch, calls } = scripted(answer(500, { 'x-error-code': 'ResponseNotReady' }), answer(200));
    assert.equal((await fetchWithRetry(fetch, new InstantClock())(url)).status, 200);
    assert.equal(calls(), 2);
  });

  it('says which host did not answer and why, when every try fails', async () => {
    const { fetch, calls } = scripted(new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') }));
    await assert.rejects(fetchWithRetry(fetch, new InstantClock())(url), (error) => {
      assert.ok(error instanceof NoAnswer);
      assert.equal(error.message, 'service.test gave no answer after 4 tries: connect ECONNREFUSED');
      return true;
    });
    assert.equal(calls(), 4);
  });

  it('stops at once when asked to', async () => {
    const stop = new AbortController();
    const fetch: Fetch = async () => {
      stop.abort(new DOMException('stopped', 'AbortError'));
      throw new TypeError('fetch failed');
    };
    await assert.rejects(fetchWithRetry(fetch, new InstantClock())(url, { signal: stop.signal }), {
      name: 'AbortError',
    });
  });

  it('gives up a server that keeps it waiting', async () => {
    const fetch: Fetch = (_url, init) =>
      new Promise((_resolve, reject) => {
        init?.signal?.addEventListener('abort', () => reject(init.signal?.reason as Error));
      });
    const hasty = fetchWithRetry(fetch, new InstantClock(), { ...readPolicy, attempts: 2, timeoutMs: 20 });
    await assert.rejects(hasty(url), /gave no answer after 2 tries: it took too long/);
  });

  it('refuses an answer that is too large', async () => {
    const fetch: Fetch = async () => new Response('x'.repeat(100));
    const small = fetchWithRetry(fetch, new InstantClock(), { ...readPolicy, maxBytes: 10 });
    await assert.rejects(small(url), /larger than 10 bytes/);
  });
});
