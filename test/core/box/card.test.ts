/** The card of a box as seen from this machine: its clock, its disk, and what to do about them. */
import assert from 'node:assert/strict';
import { cardSeenFromHere } from '../../../src/core/box/card';
import { toldCard } from '../../support/box-card';

describe('the card of a box', () => {
  it('tells the skew of the clock against the middle of the round trip', () => {
    assert.equal(cardSeenFromHere('gpu1', toldCard({ time: 1000 }), 998_000, 1_002_000).clockSkewSeconds, 0);
    assert.equal(cardSeenFromHere('gpu1', toldCard({ time: 1000 }), 1_090_000, 1_090_000).clockSkewSeconds, -90);
  });

  it('calls a clock that is minutes off missing, with the command that sets it', () => {
    const { missing } = cardSeenFromHere('gpu1', toldCard({ time: 1000 }), 1_090_000, 1_090_000);
    assert.deepEqual(missing, [
      {
        what: "the right time (its clock is 90 s behind this machine's)",
        mend: 'sudo timedatectl set-ntp true',
      },
    ]);
    assert.deepEqual(cardSeenFromHere('gpu1', toldCard({ time: 1000 }), 1_030_000, 1_030_000).missing, []);
  });

  it('calls a disk that is nearly full missing, with the command that frees some', () => {
    const { missing } = cardSeenFromHere('gpu1', toldCard({ diskFreeMiB: 700 }), 1_000_000, 1_000_000);
    assert.equal(missing[0]?.mend, 'ml-intern box clean gpu1');
    assert.match(missing[0].what, /700 MiB free/);
  });

  it('keeps what the box itself misses', () => {
    const own = { what: 'the driver of the NVIDIA GPU', mend: 'sudo apt-get install -y nvidia-driver' };
    assert.deepEqual(cardSeenFromHere('gpu1', toldCard({ missing: [own] }), 1_000_000, 1_000_000).missing, [own]);
  });
});
