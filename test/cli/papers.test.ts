import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startFaultyServers, type FaultyServers } from '../support/practice';
import { smallWorld } from '../support/small-world';
import { FakeRuns, FakeTerminal, play } from './support';

interface Answer {
  papers: { id: string; why?: string[]; paper?: { id: string } }[];
  missing: string[];
  notes: string[];
  outline: { id: string }[];
  page: { section: string; text: string; total: number };
  next: { section: string; offset: number } | null;
  links: { datasets: string[] };
  error: { reason: string; next: string };
}

describe('ml-intern papers', () => {
  let servers: FaultyServers;
  let home: string;
  before(async () => {
    servers = await startFaultyServers(smallWorld());
    home = await mkdtemp(join(tmpdir(), 'papers-'));
  });
  after(async () => {
    await servers.stop();
    await rm(home, { recursive: true, force: true });
  });
  const run = (args: string[]) =>
    play(['papers', ...args], new FakeRuns(), new FakeTerminal(), {
      HF_ENDPOINT: servers.hub,
      ML_INTERN_ARXIV_ENDPOINT: servers.arxiv,
      ML_INTERN_ARXIV_SPACING_MS: '0',
      ML_INTERN_SEMANTIC_SCHOLAR_ENDPOINT: servers.semanticScholar,
      ML_INTERN_HOME: home,
    });
  const json = async (...args: string[]) => JSON.parse((await run([...args, '--json'])).terminal.stdout) as Answer;

  it('searches, and says why each paper is where it is', async () => {
    const { papers, missing } = await json('search', 'glim', 'colours', '--since', '2025', '--category', 'cs.LG');
    assert.deepEqual([papers[0]?.id, papers[0]?.why?.length, missing], ['2501.00002', 3, []]);
    assert.deepEqual((await json('search', 'glim colours', '--min-citations', '4')).papers, []);
    assert.match(
      (await run(['search', 'glim colours'])).terminal.stdout,
      /1\. Glim Colours: a Recipe \(2501\.00002\).*\n.*\n.*relevance/,
    );
    assert.equal((await json('search', 'glim', '--since', 'May')).error.reason, 'bad-input');
  });

  it('reads a paper to its end by following "next"', async () => {
    const seen: string[] = [];
    const place: string[] = [];
    for (let next: string[] | null = []; next !== null;) {
      const read = await json('read', `https://arxiv.org/abs/2501.00002v1`, '--limit', '40', ...next);
      seen.push(read.page.text);
      place.push(read.page.section);
      next = read.next && ['--section', read.next.section, '--offset', String(read.next.offset)];
    }
    assert.deepEqual([...new Set(place)], ['abstract', 'S1', 'S2', 'bib']);
    assert.match(seen.join(''), /A recipe for teaching.*learning rate is \$3 \\times 10\^\{-4\}\$.*Short Answers/s);
    assert.match(
      (await run(['read', '2501.00002'])).terminal.stdout,
      /Outline:\n {2}abstract.*Go on with: --section S1/s,
    );
    const wrong = await json('read', '2501.00002', '--section', 'S9');
    assert.match(wrong.error.next, /S1 \(1 Introduction\)/);
  });

  it('follows citations, walks on from them, and names what belongs to the paper', async () => {
    const cites = await json('cites', '2501.00001', '--links');
    assert.deepEqual(
      cites.papers.map(({ paper }) => paper?.id),
      ['2501.00002', '2501.00003'],
    );
    const walked = await json('cites', '10.48550/arXiv.2501.00001', '--walk', '5');
    assert.match(walked.papers[0]?.why?.[0] ?? '', /cites .*2501\.00001, an influential citation \(methodology\)/);
    assert.deepEqual((await json('cites', '2501.00002', '--links', '--direction', 'references')).links.datasets, [
      'glim/colours',
    ]);
    assert.match(
      (await run(['cites', '2501.00001', '--links'])).terminal.stdout,
      /influential; methodology.*Datasets: none/s,
    );
  });

  it('answers offline from what it read before, says so, and says what it never read', async () => {
    await json('read', '2501.00002');
    const asked = servers.requests().length;
    const { code, terminal } = await run(['read', '2501.00002', '--offline']);
    assert.equal(code, 0);
    assert.match(terminal.stdout, /Glim Colours/);
    assert.match(
      terminal.stderr,
      /Note: arXiv HTML: offline, so its answer of \d{4}-\d\d-\d\d was taken from the cache/,
    );
    const unread = await json('read', '2501.00003', '--offline');
    assert.equal(unread.error.reason, 'papers-unavailable');
    assert.equal(servers.requests().length, asked);
  });
});
