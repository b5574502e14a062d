import assert from 'node:assert/strict';
import { resultLimit } from '../../../src/core/agent/tools/render';
import { runFolder } from '../../support/core/journal';
import { factsOf, openWorkplace, papers, type Workplace } from '../../support/core/kit';

describe('read_result', () => {
  const hits = Array.from({ length: 25 }, (_, index) => ({
    ...{ id: `2601.${10_000 + index}`, title: `Glims ${index}`, authors: [], year: 2026, citations: 3, url: 'u' },
    ...{ sources: [], score: 0.5, why: ['relevance'], abstract: `${'All about glims. '.repeat(200)}End of ${index}.` },
  }));
  let work: Workplace;

  beforeEach(async () => {
    work = await openWorkplace();
    work.kit.papers = { ...papers, search: () => Promise.resolve({ items: hits, missing: [] }) };
  });

  it('gives page by page what was cut from a result, to its last word', async () => {
    const cut = await work.call('search_papers', { query: 'glims', limit: 25 }, 'call-7');
    const { file } = factsOf(cut)['cut'] as { file: string };
    assert.doesNotMatch(cut.content, /End of 24/);
    let read = '';
    for (let offset: unknown = 0; typeof offset === 'number';) {
      const page = await work.call('read_result', { file, offset });
      assert.ok(page.ok && page.content.length <= resultLimit, page.content.slice(0, 300));
      assert.match(page.content, /\n<untrusted source="tool-results\/call-7\.txt">/);
      assert.equal(page.content.match(/<\/?untrusted/g)?.length, 2);
      read += page.content.split('\n').slice(3, -1).join('\n');
      offset = factsOf(page)['nextOffset'];
    }
    for (const { abstract } of hits)
      assert.ok(read.replace(/\s/g, '').includes(abstract.slice(-40).replace(/\s/g, '')));
  });

  it('reads nothing but results', async () => {
    work.store.put(`${runFolder}/secret.txt`, 'hidden');
    for (const file of ['tool-results/../secret.txt', 'secret.txt', '../events.jsonl', 'tool-results/none.txt']) {
      const { ok, content } = await work.call('read_result', { file });
      assert.deepEqual([ok, /There is no result/.test(content)], [false, true]);
    }
  });
});
