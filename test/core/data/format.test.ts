// What datasets of every usual shape, and of none, are taken for: one file a dataset, with its mess.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { detectFormat, type DetectedFormat } from '../../../src/core/data/format';
import { applyMapping } from '../../../src/core/data/mapping';
import type { Row } from '../../../src/core/ports/rows';

interface Fixture {
  about: string;
  rows: Row[];
  expect: {
    format: string;
    mapped: number;
    /** The first row that is mapped, as mapped. */
    sample?: unknown;
    unmapped?: Record<string, number>;
    traits?: string[];
    /** The confidence is lower than this. */
    below?: number;
    /** Words of one of the problems. */
    says?: string;
  };
}

const folder = join(__dirname, '../../fixtures/formats');
const fixtures = readdirSync(folder).map((file) => ({
  file,
  fixture: JSON.parse(readFileSync(join(folder, file), 'utf8')) as Fixture,
}));
const sure = 0.6;

function firstMapped({ mapping }: DetectedFormat, rows: Row[]): unknown {
  for (const row of mapping === null ? [] : rows) {
    const mapped = applyMapping(row, mapping as NonNullable<typeof mapping>);
    if ('row' in mapped) return mapped.row;
  }
  return undefined;
}

describe('the format of a dataset', () => {
  for (const { file, fixture } of fixtures) {
    const { about, rows, expect } = fixture;
    it(`${file.replace('.json', '')}: ${about}`, () => {
      const found = detectFormat([], rows);
      assert.equal(found.format, expect.format, found.problems.join(' '));
      assert.equal(found.mapped, expect.mapped);
      assert.deepEqual(firstMapped(found, rows), expect.sample);
      if (expect.unmapped) assert.deepEqual(found.unmapped, expect.unmapped);
      for (const trait of expect.traits ?? []) assert.ok(found.traits.includes(trait as never), trait);
      if (expect.says) assert.ok(found.problems.join(' ').includes(expect.says), found.problems.join(' '));
      if (expect.below !== undefined) assert.ok(found.confidence < expect.below, String(found.confidence));
      // What is doubtful is said; what is not said is sure.
      if (found.confidence < sure) assert.notDeepEqual(found.problems, []);
      const lost = Object.values(found.unmapped).reduce((sum, count) => sum + count, 0);
      assert.equal(found.mapped + lost, rows.length);
    });
  }

  it('reads a conversation of 10 MB in a string, and answers in bounded work', () => {
    const turns = Array.from({ length: 10_000 }, (_, at) => ({
      from: at % 2 === 0 ? 'human' : 'gpt',
      value: 'word '.repeat(200),
    }));
    const long = JSON.stringify(turns);
    assert.ok(long.length > 10_000_000);
    const found = detectFormat([], [{ conversations: long }, { conversations: long.slice(0, -1) }]);
    assert.deepEqual([found.format, found.mapped, found.unmapped], ['sharegpt', 1, { unreadable: 1 }]);
  });

  it('looks at the first 200 rows only', () => {
    const rows = Array.from({ length: 1000 }, (_, at) => ({ question: `Question ${at}?`, answer: `Answer ${at}.` }));
    assert.equal(detectFormat([], rows).mapped, 200);
  });

  it('takes rows that are no objects for nothing', () => {
    assert.equal(detectFormat([], [null, 'text', 3] as never).format, 'unknown');
  });
});
