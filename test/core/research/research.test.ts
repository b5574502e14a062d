import assert from 'node:assert/strict';
import type { PaperHit, PaperText } from '../../../src/core/ports/papers';
import { arxivId, mergeHits } from '../../../src/core/research/merge';
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

describe('mergeHits', () => {
  it('puts papers that several services rank high first and joins what each knows', () => {
    const merged = mergeHits(
      [
        [hit('2501.00001', 'A', { abstract: 'Long abstract.', year: 2025 }), hit('2501.00002', 'A')],
        [hit('2501.00003', 'B'), hit('2501.00001', 'B', { citations: 7, authors: ['Ada Quill'] })],
      ],
      2,
    );
    assert.deepEqual(
      merged.map((entry) => entry.id),
      ['2501.00001', '2501.00003'],
    );
    const { abstract, year, citations, authors, sources } = merged[0] as PaperHit;
    assert.deepEqual(
      { abstract, year, citations, authors, sources },
      {
        abstract: 'Long abstract.',
        year: 2025,
        citations: 7,
        authors: ['Ada Quill'],
        sources: ['A', 'B'],
      },
    );
  });
});

describe('arxivId', () => {
  const cases: [string, string | undefined][] = [
    ['2501.00001', '2501.00001'],
    ['arXiv:2501.00001v2', '2501.00001'],
    ['https://arxiv.org/abs/2501.00001v3', '2501.00001'],
    ['http://arxiv.org/abs/cs.CL/0101001', 'cs.CL/0101001'],
    ['10.5555/12345.67890', undefined],
    ['a title', undefined],
  ];
  for (const [text, expected] of cases) it(`reads ${expected} in ${text}`, () => assert.equal(arxivId(text), expected));
});

describe('findQuote', () => {
  const found: [string, string, string][] = [
    ['ligatures', 'fine-tune small models', 'S1'],
    ['soft hyphens at line ends', 'they training well', 'S1'],
    ['quote marks and dashes', 'the "learning rate" is 3-e-4', 'S2'],
    ['words broken at line ends', 'It is constant throughout.', 'S2'],
    ['other line breaks and case', 'WHICH IS HIGH. It is', 'S2'],
    ['words left out with an ellipsis', 'The “learning rate” … constant throughout', 'S2'],
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
