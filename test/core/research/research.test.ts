import assert from 'node:assert/strict';
import type { PaperHit, PaperText } from '../../../src/core/ports/papers';
import { filterHits, dayOf } from '../../../src/core/research/filter';
import { mergeHits } from '../../../src/core/research/merge';
import { arxivId, arxivRef } from '../../../src/core/research/paper-ids';
import { rankHits } from '../../../src/core/research/rank';
import { outline, sectionPage } from '../../../src/core/research/page';
import { findQuote } from '../../../src/core/research/quote';

const hit = (id: string, source: string, rest: Partial<PaperHit> = {}): PaperHit => ({
  id,
  title: `Title ${id}`,
  authors: [],
  year: null,
  citations: null,
  url: `https://arxiv.org/abs/${id}`,
  abstract: '',
  sources: [source],
  ...rest,
});

const paper: PaperText = {
  id: '2501.00001',
  title: 'A Paper',
  source: 'test',
  sections: [
    {
      id: 'S1',
      title: 'Introduction',
      level: 1,
      text: 'We \ufb01ne-tune small models and they train\u00ad\ning well.',
    },
    {
      id: 'S2',
      title: 'Method and Data',
      level: 1,
      text: 'The “learning rate” is 3\u2013e-4, which is high.\nIt is con-\nstant throughout.',
    },
  ],
};

const now = Date.parse('2026-01-01T00:00:00Z');
const list = (...hits: PaperHit[]) => hits;

describe('mergeHits', () => {
  it('joins what each service knows of a paper', () => {
    const [one, ...rest] = mergeHits([
      list(hit('2501.00001', 'A', { abstract: 'Long abstract.', year: 2025 })),
      list(
        hit('2501.00003', 'B'),
        hit('2501.00001', 'B', { citations: 7, authors: ['Ada Quill'], ids: { s2: 'f'.repeat(40) } }),
      ),
    ]);
    const { id, ids, abstract, year, citations, authors, sources } = one?.hit ?? assert.fail();
    assert.deepEqual(
      { id, ids, abstract, year, citations, authors, sources },
      {
        ...{
          id: '2501.00001',
          ids: { arxiv: '2501.00001', s2: 'f'.repeat(40) },
          abstract: 'Long abstract.',
          year: 2025,
        },
        ...{ citations: 7, authors: ['Ada Quill'], sources: ['A', 'B'] },
      },
    );
    assert.deepEqual(
      [...(one?.ranks ?? [])],
      [
        ['A', 1],
        ['B', 2],
      ],
    );
    assert.equal(rest.length, 1);
  });

  const title = 'A Title That Is Long Enough to Tell';
  const pairs: [string, number, PaperHit, PaperHit][] = [
    ['the same DOI', 1, hit('doi:10.1234/x', 'A', { title: 'One' }), hit('doi:10.1234/x', 'B', { title: 'Two' })],
    [
      'a title that is written differently',
      1,
      hit('2501.00001', 'A', { title, year: 2025 }),
      hit('doi:10.1234/x', 'B', { title: `${title.toUpperCase()}.`, year: 2024 }),
    ],
    [
      'the same title of other years',
      2,
      hit('2501.00001', 'A', { title, year: 2025 }),
      hit('doi:10.1234/x', 'B', { title, year: 2019 }),
    ],
    ['the same title with two arXiv ids', 2, hit('2501.00001', 'A', { title }), hit('2501.00002', 'B', { title })],
    [
      'a title of one word',
      2,
      hit('2501.00001', 'A', { title: 'Reply' }),
      hit('doi:10.1234/x', 'B', { title: 'Reply' }),
    ],
  ];
  for (const [what, count, a, b] of pairs) {
    it(`makes ${count} of two records with ${what}`, () => {
      const merged = mergeHits([list(a), list(b)]);
      assert.equal(merged.length, count);
      assert.equal(merged[0]?.hit.id, a.id);
    });
  }

  it('takes the arXiv id of a paper that another service knew by its DOI only', () => {
    const [one] = mergeHits([list(hit('doi:10.1234/x', 'A', { title })), list(hit('2501.00001', 'B', { title }))]);
    assert.deepEqual([one?.hit.id, one?.hit.url], ['2501.00001', 'https://arxiv.org/abs/2501.00001']);
  });
});

describe('rankHits', () => {
  const rank = (query: string, ...lists: PaperHit[][]) => rankHits(mergeHits(lists), query, lists.length, now);

  it('puts first what several services rank high', () => {
    const ranked = rank(
      'q',
      [hit('2501.00001', 'A'), hit('2501.00002', 'A')],
      [hit('2501.00003', 'B'), hit('2501.00001', 'B')],
    );
    assert.deepEqual(
      ranked.map(({ id }) => id),
      ['2501.00001', '2501.00003', '2501.00002'],
    );
  });

  it('prefers cited and recent papers among equally relevant ones, and says why with numbers', () => {
    const cited = hit('2401.00001', 'A', {
      title: 'Glim data',
      published: '2024-01-01',
      year: 2024,
      citations: 999,
      influentialCitations: 40,
    });
    const [one] = rank('glim data for small models', [cited]);
    assert.deepEqual(one?.why, [
      'relevance 0.90: rank 1 in A; 2 of 4 words in the title',
      'influence 0.75: 999 citations, 40 of them influential, 499 a year',
      'recency 0.63: 2024-01-01, 2.0 years ago',
    ]);
    const same = { title: 'Same', year: 2024 };
    const order = (a: object, b: object) =>
      rank('q', [hit('2', 'A', { ...same, ...a })], [hit('1', 'B', { ...same, ...b })])[0]?.id;
    assert.equal(order({ citations: 50 }, { citations: 2 }), '2');
    assert.equal(order({ year: 2025 }, { year: 2015 }), '2');
    assert.deepEqual(rank('q', [hit('1', 'A')])[0]?.why.slice(1), [
      'influence 0.00: citations unknown',
      'recency 0.00: date unknown',
    ]);
  });
});

describe('filterHits', () => {
  const hits = [
    hit('1', 'A', { published: '2024-06-30', categories: ['cs.CL', 'cs.LG'], citations: 5 }),
    hit('2', 'A', { year: 2024, categories: ['stat.ML'], citations: 50 }),
    hit('3', 'A'),
  ];
  const cases: [object, string[], number][] = [
    [{}, ['1', '2', '3'], 0],
    [{ since: '2024-06-30', until: '2024-06-30' }, ['1', '2'], 1],
    [{ since: '2024-07-01' }, ['2'], 1],
    [{ until: '2023-12-31' }, [], 1],
    [{ category: 'cs.LG' }, ['1'], 1],
    [{ category: 'cs' }, ['1'], 1],
    [{ minCitations: 6 }, ['2'], 1],
    [{ minCitations: 0 }, ['1', '2', '3'], 0],
  ];
  for (const [filter, ids, unknown] of cases) {
    it(`keeps ${ids.join() || 'nothing'} by ${JSON.stringify(filter)}, and counts what is unknown`, () => {
      const result = filterHits(hits, filter);
      assert.deepEqual([result.kept.map(({ id }) => id), result.unknown.length], [ids, unknown]);
    });
  }

  it('reads years, months and days, and nothing else', () => {
    assert.deepEqual([dayOf('2024', 'first'), dayOf('2024', 'last')], ['2024-01-01', '2024-12-31']);
    assert.deepEqual([dayOf('2024-02', 'first'), dayOf('2024-02', 'last')], ['2024-02-01', '2024-02-29']);
    assert.equal(dayOf('2024-02-03', 'last'), '2024-02-03');
    for (const wrong of ['2024-13', '2024-02-30', 'May 2024', ''])
      assert.throws(() => dayOf(wrong, 'first'), { reason: 'bad-input', next: /2025-03/ });
  });
});

describe('arxivId', () => {
  const cases: [string, string | undefined][] = [
    ['2501.00001', '2501.00001'],
    ['arXiv:2501.00001v2', '2501.00001'],
    ['https://arxiv.org/abs/2501.00001v3', '2501.00001'],
    ['http://arxiv.org/abs/cs.CL/0101001', 'cs.CL/0101001'],
    ['https://doi.org/10.48550/arXiv.2501.00001', '2501.00001'],
    ['https://arxiv.org/pdf/2501.00001v3.pdf', '2501.00001'],
    ['10.5555/12345.67890', undefined],
    ['a title', undefined],
  ];
  for (const [text, expected] of cases) it(`reads ${expected} in ${text}`, () => assert.equal(arxivId(text), expected));
});

it('reads the version of an arXiv id', () => {
  assert.deepEqual(arxivRef('https://arxiv.org/pdf/2501.00001v3.pdf'), { id: '2501.00001', version: 'v3' });
  assert.deepEqual(arxivRef('2501.00001'), { id: '2501.00001' });
});

describe('findQuote', () => {
  const found: [string, string, string][] = [
    ['ligatures', 'fine-tune small models', 'S1'],
    ['soft hyphens at line ends', 'they training well', 'S1'],
    ['quote marks and dashes', 'the "learning rate" is 3-e-4', 'S2'],
    ['words broken at line ends', 'It is constant throughout.', 'S2'],
    ['other line breaks and case', 'WHICH IS HIGH. It is', 'S2'],
    ['words left out with an ellipsis', 'The “learning rate” … it is constant throughout', 'S2'],
  ];
  for (const [what, quote, section] of found) {
    it(`does not stumble over ${what}`, () => assert.equal(findQuote(paper, quote)?.section, section));
  }

  const notFound: [string, string][] = [
    ['changed words', 'The learning rate is 1e-4, which is high'],
    ['parts in another order', 'constant throughout … learning rate'],
    ['parts from two sections', 'fine-tune small models … constant throughout'],
    ['a few letters that could be anywhere', 'is high'],
    ['nothing', '   '],
  ];
  for (const [what, quote] of notFound) {
    it(`does not accept ${what}`, () => assert.equal(findQuote(paper, quote), undefined));
  }
});

describe('sectionPage', () => {
  it('reads a section page by page without losing a character', () => {
    const text = `${'words and '.repeat(200)}\u{1F600}${'x'.repeat(500)}`;
    const long: PaperText = { ...paper, sections: [{ id: 'S1', title: 'Long', level: 1, text }] };
    let read = '';
    for (let offset: number | null = 0; offset !== null;) {
      const page = sectionPage(long, 'S1', offset, 97);
      assert.ok(page.text.length > 0 && page.text.length <= 98);
      assert.equal(page.total, text.length);
      read += page.text;
      offset = page.next;
    }
    assert.equal(read, text);
  });

  it('finds a section by title, and lists the sections when there is none', () => {
    assert.equal(sectionPage(paper, 'method', 0, 10).section, 'S2');
    assert.throws(() => sectionPage(paper, 'S9', 0, 10), { reason: 'bad-input', next: /S1 \(Introduction\), S2/ });
    assert.deepEqual(outline(paper)[1]?.title, 'Method and Data');
  });
});
