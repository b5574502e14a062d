// Rows become training rows on the host as they do on the box: box/tests/test_mapping.py runs the same cases.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { applyMapping, mappingSchema, type MappedRow } from '../../../src/core/data/mapping';
import { mappingProblems } from '../../../src/core/data/mapping/problems';

interface Case {
  name: string;
  mapping: unknown;
  row: Record<string, unknown>;
  expect: MappedRow;
}

const file = join(__dirname, '../../fixtures/mapping-cases.json');
const cases = JSON.parse(readFileSync(file, 'utf8')) as Case[];

describe('mapping rows to training rows', () => {
  for (const { name, mapping, row, expect } of cases) {
    it(name, () => assert.deepEqual(applyMapping(row, mappingSchema.parse(mapping)), expect));
  }

  it('knows a case of every problem', () => {
    const seen = new Set(cases.flatMap(({ expect }) => ('problem' in expect ? [expect.problem] : [])));
    assert.deepEqual([...seen].sort(), Object.keys(mappingProblems).sort());
  });

  it('refuses a mapping with keys that it does not know', () => {
    assert.throws(() => mappingSchema.parse({ to: 'messages', turns: 'x', rol: 'from' }));
  });
});
