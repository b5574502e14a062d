import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PaperServices, type PaperServicesOptions } from '../../src/adapters/papers/paper-services';
import { findQuote } from '../../src/core/research/quote';
import { walkCitations } from '../../src/core/research/walk';
import type { Service } from '../../src/practice/servers/exchange';
import { rateLimited, type Fault } from '../../src/practice/servers/faults';
import { InstantClock } from '../support/instant-clock';
import { MemoryCache } from '../support/memory-cache';
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

  it('waits no longer than ten seconds for one paper either, when every service refuses in turn', async () => {
    for (const retryAfter of [undefined, 4, 9]) {
      clock = new InstantClock();
      failing(rateLimited(retryAfter), 'arxiv', 'ar5iv', 'papers', 'semantic-scholar');
      const reading = services({ ar5iv: servers.ar5iv, arxivSpacingMs: 10 }).read('2501.00002');
      await assert.rejects(reading, { reason: 'papers-unavailable', message: /arXiv HTML: .*429.* ar5iv: .*429/ });
      assert.ok(clock.sleeps.reduce((sum, wait) => sum + wait, 0) <= 10_100);
    }
  });

  /** A citation service that refuses each of its questions once, and gives three pages of citing papers. */
  async function refusingOnce(use: (base: string) => Promise<void>): Promise<void> {
    const seen = new Set<string>();
    const server = createServer((request, response) => {
      const url = new URL(request.url ?? '', 'http://x');
      if (!seen.has(url.href)) return void response.writeHead(429, { 'retry-after': '6' }).end(void seen.add(url.href));
      const offset = Number(url.searchParams.get('offset') ?? 0);
      const data = [1, 2].map((number) => {
        return { citingPaper: { paperId: String(offset + number).padStart(40, 'a'), title: 'A Citing Paper' } };
      });
      response.end(JSON.stringify({ data, next: offset < 2000 ? offset + 1000 : undefined }));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.close();
    server.closeAllConnections();
    assert.ok(clock.sleeps.reduce((sum, wait) => sum + wait, 0) <= 10_000, clock.sleeps.join());
  }

  it('waits no longer than ten seconds for one list of citations, and says that it is not whole', async () => {
    await refusingOnce(async (semanticScholar) => {
      const { items, missing } = await services({ semanticScholar }).citations('2501.00001', 'citations', 5);
      assert.equal(items.length, 2);
      assert.match(missing.join('\n'), /only the 2 newest were looked at.*\nSemantic Scholar: .*HTTP 429/);
    });
  });

  it('waits no longer than ten seconds on a whole walk', async () => {
    await refusingOnce(async (semanticScholar) => {
      const options = { direction: 'citations', steps: 6, breadth: 1 } as const;
      const { steps, missing } = await walkCitations(services({ semanticScholar }), '2501.00001', options);
      assert.equal(steps.length, 1);
      assert.match(missing.join('\n'), /s2:\w+: Semantic Scholar: .*HTTP 429/);
    });
  });

  it('waits no longer than ten seconds for a search and the counts that complete it', async () => {
    servers.setFaults(
      inTurn(
        ({ path }) => path === '/graph/v1/paper/search' || path === '/graph/v1/paper/batch',
        rateLimited(6),
        {
          kind: 'status',
          status: 200,
          body: '{"data":[]}',
        },
        rateLimited(6),
      ),
    );
    const { items, missing } = await services().search('glim colours', { limit: 5 });
    assert.equal(items[0]?.id, '2501.00002');
    assert.match(missing.join('\n'), /Semantic Scholar: .*HTTP 429/);
    assert.ok(clock.sleeps.reduce((sum, wait) => sum + wait, 0) <= 10_000, clock.sleeps.join());
  });

  it('keeps the key of a service from the host that it redirects to', async () => {
    const keys: unknown[] = [];
    const target = createServer((request, response) => {
      keys.push(request.headers['x-api-key']);
      response.end('{"data":[]}');
    }).listen(0, '127.0.0.1');
    await once(target, 'listening');
    const location = `http://127.0.0.1:${(target.address() as AddressInfo).port}/elsewhere`;
    servers.setFaults(() => ({ kind: 'status', status: 302, headers: { location } }));
    const papers = services({ semanticScholarKey: async () => 's2_secret' });
    const { missing } = await papers.citations('2501.00001', 'citations', 5);
    assert.deepEqual([keys, missing], [[undefined], []]);
    target.close();
    target.closeAllConnections();
  });

  describe('when servers take questions and never answer', () => {
    const hanging = (...which: Service[]) =>
      servers.setFaults(({ service }) => (which.includes(service) ? { kind: 'hang' } : undefined));

    it('reads a paper from the one that answers, within its time', async () => {
      hanging('arxiv', 'ar5iv');
      const paper = await services({ ar5iv: servers.ar5iv, limitMs: 500 }).read('2501.00002');
      assert.equal(paper.source, 'Hugging Face papers (Markdown)');
      assert.match((paper.notes ?? []).join('\n'), /arXiv HTML: it took too long\nar5iv: /);
    });

    it('says of every source of a paper that it was silent', async () => {
      hanging('arxiv', 'ar5iv', 'papers', 'semantic-scholar');
      await assert.rejects(services({ ar5iv: servers.ar5iv, limitMs: 200 }).read('2501.00002'), {
        reason: 'papers-unavailable',
        message: /arXiv HTML: it took.* ar5iv: .* Hugging Face papers: .* arXiv PDF: .* arXiv: /,
      });
    });

    it('searches and follows citations with what answers', async () => {
      hanging('arxiv', 'semantic-scholar');
      const { items, missing } = await services({ limitMs: 200 }).search('glim colours', { limit: 5 });
      assert.equal(items[0]?.id, '2501.00002');
      assert.deepEqual(missing, ['arXiv: it took too long', 'Semantic Scholar: it took too long']);
      const cited = await services({ limitMs: 200 }).citations('2501.00001', 'citations', 5);
      assert.deepEqual([cited.items, cited.missing], [[], ['Semantic Scholar: it took too long']]);
    });
  });

  it('leaves a service that refused alone for a while, and asks it again afterwards', async () => {
    const papers = services();
    failing(rateLimited(30), 'semantic-scholar');
    await papers.citations('2501.00001', 'citations', 5);
    const asked = servers.requests().length;
    servers.setFaults(undefined);
    const { missing } = await papers.citations('2501.00001', 'citations', 5);
    assert.match(
      missing[0] ?? '',
      /Semantic Scholar: it refuses more requests for now \(HTTP 429, try again in 30 s\)/,
    );
    assert.equal(servers.requests().length, asked);
    await clock.sleep(31_000);
    assert.equal((await papers.citations('2501.00001', 'citations', 5)).items.length, 2);
  });

  it('reads the references off the paper when no citation service answers, and says so', async () => {
    failing({ kind: 'status', status: 500 }, 'semantic-scholar');
    const { items, missing } = await services().citations('2501.00002', 'references', 5);
    assert.deepEqual(
      items.map(({ paper }) => [paper.id, paper.year]),
      [['2501.00001', 2025]],
    );
    assert.deepEqual(missing.length, 2);
    assert.match(missing[1] ?? '', /1 references with an id were read off the paper itself/);
  });

  it('takes ar5iv where arXiv says on a page with status 200 that it has no HTML', async () => {
    const world = smallWorld();
    const [first] = world.papers;
    const other = await startFaultyServers({ ...world, papers: [{ ...(first ?? assert.fail()), fullText: 'ar5iv' }] });
    const { papers: hub, arxiv, ar5iv, semanticScholar } = other;
    const read = services({ hub, arxiv, ar5iv, semanticScholar });
    assert.equal((await read.read('2501.00001')).source, 'ar5iv');
    await other.stop();
    await assert.rejects(services({ hub, arxiv, ar5iv, semanticScholar }).read('2501.00001'), {
      reason: 'papers-unavailable',
    });
  });

  const brokenPages: [string, string][] = [
    ['a sign-in page', '<html><body>Sign in to the network</body></html>'],
    ['tags without end', '<div><div><p>'.repeat(30_000)],
    [
      'an error text in the frame of a paper',
      '<article class="ltx_document"><p>Conversion to HTML had a Fatal error.</p></article>',
    ],
    ['nothing at all', ''],
  ];
  for (const [what, body] of brokenPages) {
    it(`takes another text when arXiv's page is ${what}`, async () => {
      servers.setFaults(({ path }) => (path.startsWith('/html/') ? { kind: 'status', status: 200, body } : undefined));
      assert.equal((await services().read('2501.00002')).source, 'Hugging Face papers (Markdown)');
    });
  }

  it('filters by date, category and citations at the services, and again by itself', async () => {
    const found = async (filter: object) => {
      const { items } = await services().search('small models', { limit: 9, ...filter });
      return items.map(({ id }) => id).sort();
    };
    assert.deepEqual(await found({}), ['2501.00001', '2501.00002']);
    assert.deepEqual(await found({ since: '2025-01-03' }), []);
    assert.deepEqual(await found({ until: '2025-01-02', category: 'cs.LG' }), ['2501.00001', '2501.00002']);
    assert.deepEqual(await found({ category: 'math' }), []);
    assert.deepEqual(await found({ minCitations: 4 }), ['2501.00001']);
  });

  it('names code, models and data of a paper, and says which service is silent', async () => {
    const { datasets, missing } = await services().links('2501.00002');
    assert.deepEqual([datasets, missing], [['glim/colours'], []]);
    failing({ kind: 'reset' }, 'papers');
    assert.match((await services().links('2501.00002')).missing[0] ?? '', /^Hugging Face papers: /);
  });

  it('answers offline from its cache, and keeps nothing that was of no use', async () => {
    const cache = new MemoryCache();
    const open = (offline: boolean) => services({ web: { cache, offline } });
    failing({ kind: 'invalid-json' }, 'papers');
    assert.equal((await open(false).search('glim colours', { limit: 5 })).missing.length, 1);
    servers.setFaults(undefined);
    assert.deepEqual((await open(false).search('glim colours', { limit: 5 })).missing, []);
    const asked = servers.requests().length;
    const { items, missing, notes } = await open(true).search('glim colours', { limit: 5 });
    assert.deepEqual([items[0]?.id, missing, notes?.length], ['2501.00002', [], 3]);
    assert.match(notes?.[0] ?? '', /offline, so its answer of 2026-01-01 was taken from the cache/);
    await assert.rejects(open(true).search('never asked', { limit: 5 }), {
      message: /arXiv: offline, and its answer is not in the cache/,
    });
    assert.equal(servers.requests().length, asked);
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
