import assert from 'node:assert/strict';
import { Silence } from '../../../src/core/box/silence';
import { InstantClock } from '../../support/instant-clock';

const never = new AbortController().signal;

describe('silence', () => {
  it('is over when nothing was heard for the whole limit', async () => {
    const clock = new InstantClock();
    await new Silence(clock, 60_000).lasting(never);
    assert.deepEqual(clock.sleeps, [60_000]);
  });

  it('counts from what was heard last', async () => {
    const clock = new InstantClock();
    const silence = new Silence(clock, 60_000);
    await clock.sleep(40_000);
    silence.broken();
    await silence.lasting(never);
    assert.equal(
      clock.sleeps.slice(1).reduce((sum, each) => sum + each),
      60_000,
    );
  });

  it('ends with the signal', async () => {
    await assert.rejects(new Silence(new InstantClock(), 60_000).lasting(AbortSignal.abort()), { name: 'AbortError' });
  });
});
