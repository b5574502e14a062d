import assert from 'node:assert/strict';
import { boxSignatures } from '../../../src/core/box/signatures';
import type { Ask } from '../../../src/core/box/ask';

const told = {
  ...{ name: 'lab.Config', found: true, kind: 'class', path: 'lab.Config', package: 'lab', version: null, bases: [] },
  ...{ doc: 'x'.repeat(50_000), members: [], deprecated: null, needs: [], parameters: null, anyKeyword: true },
};

const answering =
  (answer: unknown, seen: unknown[] = []): Ask =>
  (schema, words, { stdin }) => {
    seen.push(words, stdin);
    return Promise.resolve(schema.parse(answer));
  };

describe('signatures from a box', () => {
  it('are asked for by name over its command line, on standard input', async () => {
    const seen: unknown[] = [];
    const found = await boxSignatures(answering({ signatures: [told] }, seen)).signatures('abcdef12', ['lab.Config']);
    assert.deepEqual(seen, [['signatures', 'abcdef12'], '{"names":["lab.Config"]}']);
    assert.equal(found[0]?.found, true);
  });

  it('are bounded and checked: the box is another machine', async () => {
    const [found] = await boxSignatures(answering({ signatures: [told] })).signatures('abcdef12', ['lab.Config']);
    assert.ok(found?.found && found.doc.length === 20_000);
    await assert.rejects(boxSignatures(answering({ signatures: [{ name: 1 }] })).signatures('abcdef12', ['x']));
  });
});
