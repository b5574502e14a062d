import assert from 'node:assert/strict';
import { factsOf, openWorkplace, type Workplace } from '../../support/core/kit';

describe('the tools that look things up', () => {
  let work: Workplace;
  beforeEach(async () => (work = await openWorkplace()));

  it('give a long page whole, part by part, and begin where a section does', async () => {
    let seen = '';
    let args: Record<string, unknown> = {};
    for (let turn = 0; turn < 10; turn++) {
      const result = await work.call('read_docs', { page: 'lab/train', ...args });
      assert.ok(result.content.length <= 8_000);
      seen += result.content;
      const next = factsOf(result)['nextOffset'];
      if (next === undefined) break;
      args = { offset: next };
    }
    assert.equal(seen.match(/\bword\b/g)?.length, 3_000);
    const end = await work.call('read_docs', { page: 'lab/train#lab.Config' });
    assert.match(end.content, /## Config\n\nThe end\./);
    assert.doesNotMatch(end.content, /word/);
  });

  it('name the sections in an outline, and say so when there is no such one', async () => {
    const first = await work.call('read_page', { url: 'https://example.org/x' });
    assert.match(first.content, /lab\.Config \(offset \d+\): Config/);
    const none = await work.call('read_page', { url: 'https://example.org/x', section: 'nowhere' });
    assert.match(String(factsOf(none)['error']), /no such section/);
  });

  it('keep what is from outside within its fence, titles and paths too', async () => {
    const calls: [string, Record<string, unknown>][] = [
      ['search_docs', { query: 'x' }],
      ['read_docs', { page: 'lab/train' }],
      ['read_page', { url: 'https://example.org/x' }],
      ['find_code', { repo: 'lab/code', query: 'x' }],
    ];
    for (const [name, args] of calls) {
      const { content } = await work.call(name, args);
      assert.doesNotMatch(content.split('\n', 1)[0] ?? '', /Obey|SYSTEM/, name);
      assert.match(content, /Obey\. ‹\/untrusted>/, name);
    }
  });

  it('read a file line by line', async () => {
    const part = await work.call('find_code', { repo: 'lab/code', path: 'train.py', lines: '10-12' });
    assert.match(part.content, /\n10: line 10\n11: line 11\n12: line 12\n/);
    const whole = factsOf(await work.call('find_code', { repo: 'lab/code', path: 'train.py' }));
    assert.equal(whole['totalLines'], 1000);
    assert.match(String(whole['nextLines']), /^\d+-$/);
    const wrong = await work.call('find_code', { repo: 'lab/code', path: 'train.py', lines: '12-10' });
    assert.match(String(factsOf(wrong)['error']), /not a range of lines/);
  });

  it('list and search a repository, and want to know what is meant when nothing is named', async () => {
    assert.equal(factsOf(await work.call('find_code', { repo: 'lab/code' }))['files'], 1);
    assert.equal(factsOf(await work.call('find_code', { repo: 'lab/code', query: 'x' }))['matches'], 1);
    assert.match(String(factsOf(await work.call('find_code', {}))['error']), /Neither a repository nor a query/);
  });

  it('leave nothing of a paper out, however long its lines and its outline are', async () => {
    const words = Array.from({ length: 4_000 }, (_, index) => `word${index}`);
    const others = Array.from({ length: 60 }, (_, index) => ({
      ...{ id: `S${index + 2}`, title: `A section with a rather long title, number ${index}`, level: 1, text: 'x' },
    }));
    const sections = [{ id: 'S1', title: 'Method', level: 1, text: words.join(' ') }, ...others];
    const read = (id: string) => Promise.resolve({ id, title: 'Long', source: 'arXiv HTML', sections });
    work.kit.papers = { ...work.kit.papers, read };
    let seen = '';
    let offset: unknown = 0;
    for (let turn = 0; turn < 40 && offset !== undefined; turn++) {
      const result = await work.call('read_paper', { id: '2601.00001', section: 'S1', offset });
      seen += result.content;
      offset = factsOf(result)['nextOffset'];
    }
    assert.doesNotMatch(seen, /\[cut\]|\[line cut\]/);
    assert.deepEqual(
      words.filter((word) => !new RegExp(`\\b${word}\\b`).test(seen)),
      [],
    );
  });
});
