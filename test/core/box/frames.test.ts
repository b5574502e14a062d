/** The follower's framing: whatever the cuts between chunks, the same bytes come out, and none of them is copied or kept. */
import assert from 'node:assert/strict';
import { type Frame, FrameReader } from '../../../src/core/box/frames';
import { Random } from '../../support/core/random';

const header = (value: unknown) => Buffer.from(`${JSON.stringify(value)}\n`);
const frame = (file: string, offset: number, bytes: Uint8Array) =>
  Buffer.concat([header({ file, offset, bytes: bytes.length }), bytes]);

function readAll(chunks: readonly Uint8Array[]): Frame[] {
  const reader = new FrameReader();
  return chunks.flatMap((chunk) => [...reader.read(chunk)]);
}

function* cut(whole: Uint8Array, random: Random): Generator<Uint8Array> {
  for (let at = 0; at < whole.length;) {
    const end = at + 1 + random.below(40);
    yield whole.subarray(at, end);
    at = end;
  }
}

describe('frames of the follower', () => {
  for (let seed = 1; seed <= 20; seed++) {
    it(`gives the same bytes however the stream is cut (seed ${seed})`, () => {
      const random = new Random(seed);
      const parts = Array.from({ length: 20 }, () =>
        new Uint8Array(random.below(100)).map(() => (random.below(4) === 0 ? 10 : random.below(256))),
      );
      const whole = Buffer.concat(parts);
      let offset = 0;
      const stream = parts.map((part) => frame('stdout.log', (offset += part.length) - part.length, part));
      const pieces = readAll([...cut(Buffer.concat([Buffer.from('Welcome!\n'), ...stream]), random)]);
      let have = 0;
      for (const piece of pieces) {
        assert.ok(piece.type === 'data' && piece.offset === have);
        assert.deepEqual(Buffer.from(piece.bytes), whole.subarray(have, have + piece.bytes.length));
        have += piece.bytes.length;
      }
      assert.equal(have, whole.length);
    });
  }

  it('passes bytes on without copying them', () => {
    const chunk = frame('stdout.log', 0, Buffer.from('abc'));
    const [piece] = readAll([chunk]);
    assert.ok(piece?.type === 'data');
    assert.equal(piece.bytes.buffer, chunk.buffer);
  });

  it('ignores what login scripts print before the first frame, and nothing after it', () => {
    assert.deepEqual(readAll([Buffer.from('Welcome!\n{}\n')]), []);
    const first = header({ file: 'stdout.log', offset: 0, next: 5 });
    assert.throws(() => readAll([first, Buffer.from('Welcome!\n')]), { reason: 'box-command' });
  });

  for (const bytes of [-1, 1.5, Number.MAX_VALUE, '3', null]) {
    it(`refuses ${String(bytes)} as a number of bytes`, () => {
      const first = header({ file: 'stdout.log', offset: 0, next: 5 });
      const broken = header({ file: 'stdout.log', offset: 5, bytes });
      assert.throws(() => readAll([first, broken]), { reason: 'box-command' });
    });
  }
});
