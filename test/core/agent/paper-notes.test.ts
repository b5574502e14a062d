/** Notes and recipes: one file a paper, whoever notes at the same time, and whatever the paper is called. */
import assert from 'node:assert/strict';
import type { PaperText } from '../../../src/core/ports/papers';
import { publicId, paperIds } from '../../../src/core/research/paper-ids';
import { runFolder } from '../../support/core/journal';
import { factsOf, openWorkplace, papers, sentence, type Workplace } from '../../support/core/kit';
import { MemoryStore } from '../../support/core/memory-store';

/** Writes end in the order of their length, the longest first. */
class LateStore extends MemoryStore {
  override async write(path: string, content: string): Promise<void> {
    for (let turn = 0; turn < 20 - content.length / 50; turn++) await Promise.resolve();
    await super.write(path, content);
  }
}

const note = (work: Workplace, claim: string, rest: object = {}) =>
  work.call('note_paper', { id: '2601.00001', claim, quote: sentence, ...rest });

/** Knows papers by what identifies them, like the real services. */
async function workplace(read: (id: string, section?: string) => Partial<PaperText> = () => ({})): Promise<Workplace> {
  const work = await openWorkplace({ store: new LateStore() });
  work.kit.papers = {
    ...papers,
    read: async (asked, signal, section) => {
      const id = publicId(paperIds(asked)) ?? asked;
      return { ...(await papers.read(id, signal)), id, ...read(id, section) };
    },
  };
  return work;
}

describe('notes of papers', () => {
  it('made at the same time are all in the file', async () => {
    const work = await workplace();
    await Promise.all(['one', 'two', 'three'].map((claim) => note(work, claim)));
    const file = work.store.text(`${runFolder}/papers/2601.00001.md`);
    assert.match(
      file,
      /^# Glims\n\nhttps:\/\/arxiv\.org\/abs\/2601\.00001\n\n- one\n {2}> Training[^]*- two[^]*- three/,
    );
  });

  it('belong to one paper, however it is named, with an address that leads there', async () => {
    const work = await workplace((id) => (id.startsWith('s2:') ? { url: 'https://s2.example/p' } : {}));
    for (const id of ['2601.00001', 'https://arxiv.org/abs/2601.00001v2', 'arXiv:2601.00001'])
      await note(work, `from ${id}`, { id });
    await note(work, 'c', { id: 'https://doi.org/10.1234/X' });
    await note(work, 'c', { id: `s2:${'a'.repeat(40)}` });
    assert.deepEqual(
      work.journal.view.papers.map(({ id, url, notes }) => [id, url, notes.length]),
      [
        ['2601.00001', 'https://arxiv.org/abs/2601.00001', 3],
        ['doi:10.1234/x', 'https://doi.org/10.1234/x', 1],
        [`s2:${'a'.repeat(40)}`, 'https://s2.example/p', 1],
      ],
    );
  });
});

describe('quotes of a book that is not read to its end', () => {
  const onPage = 'The last page tells of glims that hum at night.';
  const book = () =>
    workplace((_, section) => ({
      isPartial: true,
      sections: ['page-1', 'page-2', 'page-900'].map((id) => {
        const text = id === 'page-1' ? sentence : section === id ? onPage : '';
        return { id, title: id, level: 1, text };
      }),
    }));

  it('are found on the page that is named', async () => {
    const work = await book();
    const result = await note(work, 'They hum.', { quote: onPage, section: 'page-900' });
    assert.deepEqual(factsOf(result), { noted: true, place: 'page-900' });
  });

  it('are said to be unread, not absent, without it', async () => {
    const work = await book();
    const { ok, content } = await note(work, 'They hum.', { quote: onPage });
    assert.equal(ok, false);
    assert.match(content, /not in what was read of paper 2601\.00001: 2 of its 3 pages are not read yet.*page-12/);
    const row = {
      id: '2601.00001',
      result: { value: 'hum', quote: onPage },
      method: { value: 'plain', quote: sentence },
    };
    assert.match((await work.call('note_recipe', row)).content, /result: the quote .* 2 of its 3 pages are not read/);
  });

  it('may come from several pages in one recipe', async () => {
    const work = await book();
    const row = {
      id: '2601.00001',
      result: { value: 'glims hum at night', quote: onPage, section: 'page-900' },
      method: { value: 'plain questions', quote: sentence, section: 'page-1' },
      data: [{ value: 'glims', quote: onPage, section: 'page-2' }],
    };
    const result = await work.call('note_recipe', row);
    assert.deepEqual(factsOf(result)['supported'], ['result', 'data', 'method']);
  });
});
