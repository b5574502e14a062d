import assert from 'node:assert/strict';
import type { Citation, PaperHit, Papers } from '../../../src/core/ports/papers';
import { walkCitations } from '../../../src/core/research/walk';
import { papers as noPapers } from '../../support/core/kit';

const hit = (id: string, citations: number, rest: Partial<PaperHit> = {}): PaperHit => ({
  ...{ id, title: id, authors: [], year: 2025, citations, url: 'u', abstract: '', sources: [] },
  ...rest,
});
const cite = (id: string, citations: number, rest: Partial<Citation> = {}): Citation => ({
  ...{ paper: hit(id, citations), influential: false, intents: ['background'], contexts: [] },
  ...rest,
});

/** A graph by its lists; what is not in it is not answered. */
function graph(lists: Record<string, Citation[]>): { papers: Papers; asked: string[] } {
  const asked: string[] = [];
  const citations: Papers['citations'] = async (id) => {
    asked.push(id);
    const items = lists[id];
    return items ? { items, missing: [] } : { items: [], missing: ['Semantic Scholar: no answer'] };
  };
  return { papers: { ...noPapers, citations }, asked };
}

const walk = (papers: Papers, steps: number, breadth = 2) =>
  walkCitations(papers, 'root', { direction: 'citations', steps, breadth });

describe('walkCitations', () => {
  it('goes level by level, the most influential first, and says why each was taken', async () => {
    const { papers } = graph({
      root: [cite('a', 900), cite('b', 5, { influential: true, contexts: ['We follow it.'] }), cite('c', 300)],
      b: [cite('d', 1)],
      a: [cite('e', 70, { intents: ['methodology'] })],
    });
    const { steps } = await walk(papers, 4);
    assert.deepEqual(
      steps.map(({ citation, depth, from }) => [citation.paper.id, depth, from]),
      [
        ['a', 1, 'root'],
        ['b', 1, 'root'],
        ['e', 2, 'a'],
        ['d', 2, 'b'],
      ],
    );
    const [first] = (await walk(papers, 1, 3)).steps;
    assert.deepEqual(first?.why, ['cites root (background)', 'cited 900 times']);
    const taken = (await walk(papers, 3, 3)).steps.find(({ citation }) => citation.paper.id === 'b');
    assert.deepEqual(taken?.why, [
      'cites root, an influential citation (background)',
      'cited 5 times',
      'named in 1 sentence',
    ]);
  });

  for (const start of ['https://arxiv.org/abs/2501.00001v2', 'arXiv:2501.00001', '10.48550/arXiv.2501.00001']) {
    it(`does not meet its own landmark again when it begins at ${start}`, async () => {
      const { papers, asked } = graph({
        '2501.00001': [cite('2501.00002', 2)],
        '2501.00002': [cite('2501.00001', 9), cite('2501.00003', 1)],
      });
      const { steps } = await walkCitations(papers, start, { direction: 'citations', steps: 5 });
      assert.deepEqual(
        steps.map(({ citation, from }) => [citation.paper.id, from]),
        [
          ['2501.00002', '2501.00001'],
          ['2501.00003', '2501.00002'],
        ],
      );
      assert.equal(asked[0], '2501.00001');
    });
  }

  it('takes each paper once in a graph of circles, also under another of its ids', async () => {
    const twin = hit('2501.00001', 3, { ids: { arxiv: '2501.00001', doi: '10.1234/x' } });
    const { papers, asked } = graph({
      root: [cite('2501.00001', 3, { paper: twin }), cite('b', 1)],
      '2501.00001': [cite('root', 9), cite('b', 1)],
      b: [cite('doi:10.1234/x', 3), cite('b', 1), cite('root', 9)],
    });
    const { steps } = await walk(papers, 50);
    assert.deepEqual(
      steps.map(({ citation }) => citation.paper.id),
      ['2501.00001', 'b'],
    );
    assert.deepEqual(asked, ['root', '2501.00001', 'b']);
  });

  it('asks for no more than it needs', async () => {
    const { papers, asked } = graph({ root: [cite('a', 3), cite('b', 2)], a: [cite('c', 1), cite('d', 1)], b: [] });
    assert.equal((await walk(papers, 3)).steps.length, 3);
    assert.deepEqual(asked, ['root', 'a']);
  });

  it('ends when the service is silent, with what it has and what is missing', async () => {
    const { papers, asked } = graph({ root: [cite('a', 3), cite('b', 2), cite('c', 1)] });
    const { steps, missing } = await walk(papers, 50, 3);
    assert.deepEqual([steps.length, asked], [3, ['root', 'a', 'b']]);
    assert.deepEqual(missing, ['a: Semantic Scholar: no answer', 'b: Semantic Scholar: no answer']);
  });
});
