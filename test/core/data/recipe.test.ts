import assert from 'node:assert/strict';
import { parseRecipe, sourceHash } from '../../../src/core/data/recipe';
import { MlInternError } from '../../../src/core/errors';

const mapping = { prompt: '{question}\n', completion: '{answer}' };
const source = (rest: object = {}) => ({ dataset: { id: 'lab/qa' }, mapping, ...rest });
const parse = (rest: object) => parseRecipe({ sources: [source()], ...rest }, 'recipe.json');

function refusal(value: unknown): string {
  try {
    parseRecipe(value, 'recipe.json');
  } catch (error) {
    assert.ok(MlInternError.is(error, 'bad-input'));
    assert.notEqual(error.next, '');
    return error.message;
  }
  assert.fail('It was not refused.');
}

describe('a recipe', () => {
  it('needs no more than a dataset and a mapping', () => {
    assert.deepEqual(parse({}), {
      seed: 0,
      sources: [
        {
          ...{ dataset: { id: 'lab/qa', revision: 'main', config: '', split: 'train' }, mapping },
          ...{ weight: 1, excludeRows: [] },
        },
      ],
    });
  });

  it('names a file as a source, and takes its path for its id', () => {
    const [only] = parse({ sources: [source({ dataset: { file: 'data/rows.jsonl' } })] }).sources;
    assert.deepEqual(only?.dataset, {
      ...{ id: 'data/rows.jsonl', revision: '', config: '', split: 'train', file: 'data/rows.jsonl' },
    });
  });

  it('keeps everything that it can say', () => {
    const filters = [
      { kind: 'length', unit: 'words', min: 3, max: 400 },
      { kind: 'language', keep: ['en', 'unknown'] },
      { kind: 'range', column: 'difficulty', min: 0.5 },
      { kind: 'value', column: 'split', keep: ['a', 1, null] },
      { kind: 'regex', drop: 'https?://', column: 'answer', name: 'no links' },
      { kind: 'quality', rules: { refusals: true, minWords: null } },
    ];
    const whole = {
      ...{ seed: 3, maxTokens: 1024, tokenizer: '/models/m', dedup: { exact: true, near: 0.8, by: 'prompt' } },
      ...{ caps: { rows: 1000, tokens: 5_000_000 }, sources: [source({ filters, weight: 1.5, share: 2, maxRows: 9 })] },
    };
    const { sources, ...rest } = parseRecipe(whole, 'recipe.json');
    const { sources: given, ...expected } = whole;
    assert.deepEqual(rest, expected);
    assert.deepEqual(sources[0]?.filters, given[0] && 'filters' in given[0] ? filters : undefined);
  });

  const refused: [string, object, RegExp][] = [
    ['a weight of 0', { sources: [source({ weight: 0 })] }, /sources\[0\]\.weight/],
    ['a negative weight', { sources: [source(), source({ weight: -2 })] }, /sources\[1\]\.weight/],
    ['an unknown field', { sources: [source({ upsampel: 2 })] }, /sources\[0\].*upsampel/],
    ['an unknown filter', { sources: [source({ filters: [{ kind: 'mood' }] })] }, /sources\[0\]\.filters\[0\]\.kind/],
    [
      'a filter without limits',
      { sources: [source({ filters: [{ kind: 'range', column: 'x' }] })] },
      /filters\[0\].*min/,
    ],
    [
      'limits that nothing can pass',
      { sources: [source({ filters: [{ kind: 'range', column: 'x', min: 2, max: 1 }] })] },
      /min not above max/,
    ],
    ['a pattern for nothing', { sources: [source({ filters: [{ kind: 'regex' }] })] }, /pattern/],
    ['a source without dataset', { sources: [source({ dataset: {} })] }, /sources\[0\]\.dataset.*id/],
    ['no sources', { sources: [] }, /sources/],
    ['shares for some only', { sources: [source({ share: 1 }), source()] }, /share/],
    ['tokens without a tokenizer', { maxTokens: 10 }, /tokenizer/],
    ['a cap that is no number', { caps: { rows: 'many' } }, /caps\.rows/],
  ];
  for (const [what, change, told] of refused) {
    it(`is refused for ${what}, with the field named`, () => {
      const message = refusal({ sources: [source()], ...change });
      assert.match(message, /^recipe\.json: /);
      assert.match(message, told);
    });
  }

  it('is refused when it is no object at all', () => {
    assert.match(refusal([]), /the whole/);
  });
});

describe('the hash of a source', () => {
  const [first] = parse({
    sources: [source({ weight: 1.5, filters: [{ kind: 'length', unit: 'words', max: 3 }] })],
  }).sources;
  it('does not depend on the order of its fields, and changes with any of them', () => {
    assert.ok(first);
    const reversed = Object.fromEntries(Object.entries(first).reverse()) as unknown as typeof first;
    assert.equal(sourceHash(reversed), sourceHash(first));
    assert.notEqual(sourceHash({ ...first, weight: 1.25 }), sourceHash(first));
    assert.notEqual(sourceHash({ ...first, filters: [] }), sourceHash(first));
  });
});
