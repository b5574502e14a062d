import assert from 'node:assert/strict';
import { PaperServices, type PaperServicesOptions } from '../../src/adapters/papers/paper-services';
import { findQuote } from '../../src/core/research/quote';
import type { Service } from '../../src/practice/servers/exchange';
import { rateLimited, type Fault } from '../../src/practice/servers/faults';
import { InstantClock } from '../support/instant-clock';
import { inTurn, startFaultyServers, type FaultyServers } from '../support/practice';
import { smallWorld } from '../support/small-world';

describe('PaperServices', () => {
  let servers: FaultyServers;
  let clock: InstantClock;
  before(async () => (servers = await startFaultyServers(smallWorld())));
  after(() => servers.stop());
  beforeEach(() => {
    clock = new InstantClock();
    servers.setFaults(undefined);
  });
  const services = (options: Partial<PaperServicesOptions> = {}) =>
    new PaperServices({
      hub: servers.papers,
      arxiv: servers.arxiv,
      semanticScholar: servers.semanticScholar,
      arxivSpacingMs: 0,
      clock,
      ...options,
    });
  const failing = (fault: Fault, ...which: Service[]) =>
    servers.setFaults((request) => (which.includes(request.service) ? fault : undefined));

  it('finds a paper once, with what every service knows of it', async () => {
    const { items, missing } = await services().search('glim colours recipe', { limit: 5 });
    assert.deepEqual(missing, []);
    const { id, title, year, citations, sources } = items[0] ?? assert.fail('nothing found');
    assert.deepEqual([id, title, year, citations], ['2501.00002', 'Glim Colours: a Recipe', 2025, 3]);
    assert.deepEqual(sources, ['Hugging Face papers', 'arXiv', 'Semantic Scholar']);
    assert.equal(new Set(items.map((item) => item.id)).size, items.length);
  });

  it('reads arXiv HTML into sections, with formulas as TeX and tables as Markdown', async () => {
    const paper = await services().read('arXiv:2501.00002v1');
    assert.deepEqual([paper.id, paper.title, paper.source], ['2501.00002', 'Glim Colours: a Recipe', 'arXiv HTML']);
    assert.deepEqual(
      paper.sections.map(({ id, title, level }) => [id, title, level]),
      [
        ['abstract', 'Abstract', 1],
        ['S1', '1 Introduction', 1],
        ['S2', '2 Method', 1],
        ['bib', 'References', 1],
      ],
    );
    assert.equal(
      paper.sections[2]?.text,
      [
        'The learning rate is $3 \\times 10^{-4}$ and rows with a < b are dropped.',
        'Table: Scores by mixture.',
        '| mixture | score |\n| --- | --- |\n| plain | 0.31 |',
      ].join('\n\n'),
    );
    assert.equal(findQuote(paper, 'We follow earlier work [1].')?.section, 'S1');
    assert.match(paper.sections[3]?.text ?? '', /^- \[1\] Ada Quill, Bo Fenn\. Short Answers/);
  });

  it('falls back to ar5iv, to the Markdown of the Hub, and to the abstract, and says which it was', async () => {
    const elsewhere = services({ arxiv: servers.semanticScholar, arxivApi: servers.arxiv, ar5iv: servers.arxiv });
    assert.equal((await elsewhere.read('2501.00002')).source, 'ar5iv');
    const markdown = await services().read('2501.00003');
    assert.equal(markdown.source, 'Hugging Face papers (Markdown)');
    assert.deepEqual(markdown.sections.at(-2)?.text, 'Readable as Markdown only.');
    const abstract = await services().read('2501.00004');
    assert.deepEqual([abstract.source, abstract.sections.length], ['arXiv (abstract only)', 1]);
  });

  it('asks arXiv again after an empty page that should not be empty', async () => {
    const body = `<feed xmlns:opensearch="o"><opensearch:totalResults>1</opensearch:totalResults></feed>`;
    servers.setFaults(inTurn(({ path }) => path === '/api/query', { kind: 'status', status: 200, body }));
    assert.equal((await services().read('2501.00004')).title, 'Only an Abstract');
  });

  it('reads a paper once', async () => {
    const papers = services();
    await papers.read('2501.00002');
    const asked = servers.requests().length;
    await papers.read('2501.00002');
    assert.equal(servers.requests().length, asked);
  });

  it('reads a better text later when it had to make do with less', async () => {
    const papers = services();
    failing({ kind: 'status', status: 503 }, 'arxiv');
    assert.equal((await papers.read('2501.00002')).source, 'Hugging Face papers (Markdown)');
    servers.setFaults(undefined);
    assert.equal((await papers.read('2501.00002')).source, 'arXiv HTML');
  });

  it('follows citations both ways, influential ones first', async () => {
    const { items } = await services().citations('2501.00001', 'citations', 5);
    assert.deepEqual(
      items.map(({ paper, influential }) => [paper.id, influential]),
      [
        ['2501.00002', true],
        ['2501.00003', false],
      ],
    );
    assert.deepEqual(items[0]?.contexts, ['We follow earlier work [1].']);
    const back = await services().citations('2501.00002', 'references', 5);
    assert.deepEqual(back.items[0]?.paper.title, 'Short Answers for Small Models');
  });

  const silences: [Service, Fault, RegExp][] = [
    ['semantic-scholar', rateLimited(), /^Semantic Scholar: it refuses more requests for now \(HTTP 429\)$/],
    ['arxiv', { kind: 'reset' }, /^arXiv: /],
    ['papers', { kind: 'invalid-json' }, /^Hugging Face papers: its answer was not JSON/],
    ['arxiv', { kind: 'invalid-json' }, /^arXiv: its answer was not/],
    ['papers', { kind: 'truncate' }, /^Hugging Face papers: /],
  ];
  for (const [service, fault, missing] of silences) {
    it(`answers in part when ${service} has a ${fault.kind} fault`, async () => {
      failing(fault, service);
      const answer = await services().search('glim colours', { limit: 5 });
      assert.equal(answer.items[0]?.id, '2501.00002');
      assert.equal(answer.missing.length, 1);
      assert.match(answer.missing[0] ?? '', missing);
    });
  }

  it('never waits longer than ten seconds for a service that refuses', async () => {
    for (const retryAfter of [undefined, 6, 4000]) {
      clock = new InstantClock();
      failing(rateLimited(retryAfter), 'semantic-scholar');
      const { missing } = await services().citations('2501.00001', 'citations', 5);
      assert.match(missing[0] ?? '', /refuses more requests/);
      assert.ok(clock.sleeps.reduce((sum, wait) => sum + wait, 0) <= 10_000);
    }
  });

  it('says so when no service answers', async () => {
    failing({ kind: 'reset' }, 'papers', 'arxiv', 'semantic-scholar');
    await assert.rejects(services().search('glim', { limit: 5 }), {
      reason: 'papers-unavailable',
      message: /arXiv: .*Semantic Scholar: /,
    });
    await assert.rejects(services().read('2501.00002'), { reason: 'papers-unavailable', message: /arXiv HTML: / });
  });

  it('says so when a paper does not exist, or the id is none', async () => {
    await assert.rejects(services().read('2599.99999'), { reason: 'bad-input', message: /No paper service knows/ });
    await assert.rejects(services().read('Attention'), { reason: 'bad-input', message: /not an id of a paper/ });
  });

  it('keeps its distance from arXiv, also between papers read at the same time', async () => {
    const papers = services({ arxivSpacingMs: 3000 });
    await Promise.all([
      papers.read('2501.00001'),
      papers.read('2501.00002'),
      papers.search('glim colours', { limit: 5 }),
    ]);
    assert.deepEqual(clock.sleeps, [3000, 3000]);
  });

  it('sends the Hub token and the Semantic Scholar key to their own hosts only', async () => {
    const from = servers.requests().length;
    await services({ token: async () => 'hf_secret', semanticScholarKey: async () => 's2_secret' }).search('glim', {
      limit: 5,
    });
    const sent = servers.requests().slice(from);
    const holders = (secret: string) =>
      sent.filter(({ headers }) => JSON.stringify(headers).includes(secret)).map(({ service }) => service);
    assert.deepEqual([holders('hf_secret'), holders('s2_secret')], [['papers'], ['semantic-scholar']]);
  });
});
