/** Papers that are PDFs only: real ones, made by the practice world. */
import assert from 'node:assert/strict';
import { PaperServices } from '../../src/adapters/papers/paper-services';
import { openPdf } from '../../src/adapters/papers/pdf-text';
import { lineTexts, titleOf, type TextItem } from '../../src/adapters/papers/pdf-lines';
import { outline, placeAfter, sectionPage } from '../../src/core/research/page';
import { findQuote } from '../../src/core/research/quote';
import type { WorldPaper } from '../../src/practice/servers/content';
import { paperPdf, pdfOf } from '../../src/practice/servers/paper-pdf';
import { MemoryCache } from '../support/memory-cache';
import { InstantClock } from '../support/instant-clock';
import { startFaultyServers, type FaultyServers } from '../support/practice';
import { smallWorld } from '../support/small-world';

const paper = (id: string, rest: Partial<WorldPaper>): WorldPaper => ({
  ...{
    id,
    title: 'Glims in Print',
    authors: ['Ada Quill'],
    abstract: 'An abstract.',
    published: '2025-01-02T00:00:00.000Z',
  },
  ...{
    sections: [],
    references: [],
    influences: [],
    citationCount: 1,
    datasets: [],
    models: [],
    upvotes: 0,
    keywords: [],
  },
  ...{ fullText: 'pdf' },
  ...rest,
});
const printed = paper('2501.00010', {
  sections: [
    {
      title: 'Method',
      paragraphs: [
        'We train for 3 epochs (with a batch of 32) and see that plain questions are what helps a small model of glims.',
      ],
    },
    {
      title: 'Results',
      paragraphs: ['The plain mixture reaches 61.2 points.'],
      tables: [
        {
          caption: 'Scores.',
          rows: [
            ['mixture', 'exact'],
            ['plain', '61.2'],
          ],
        },
      ],
    },
  ],
});
const book = paper('2501.00011', {
  title: 'All Glims',
  sections: Array.from({ length: 899 }, (_, index) => ({
    title: `Glim ${index + 1}`,
    paragraphs: [`The glim of chapter ${index + 1} is teal.`],
  })),
});

describe('papers in PDF', () => {
  let servers: FaultyServers;
  before(async () => {
    const world = smallWorld();
    servers = await startFaultyServers({ ...world, papers: [...world.papers, printed, book] });
  });
  after(() => servers.stop());
  beforeEach(() => servers.setFaults(undefined));
  const services = () =>
    new PaperServices({
      ...{ hub: servers.papers, arxiv: servers.arxiv, ar5iv: servers.ar5iv, semanticScholar: servers.semanticScholar },
      ...{ arxivSpacingMs: 0, clock: new InstantClock(), openPdf },
    });

  it('are read where there is no HTML, a section a page, and say what they are', async () => {
    const read = await services().read('2501.00010v1');
    assert.deepEqual([read.source, read.title], ['arXiv PDF', 'Glims in Print']);
    assert.deepEqual(
      read.sections.map(({ id, title }) => [id, title]),
      [
        ['page-1', 'Page 1'],
        ['page-2', 'Page 2'],
        ['page-3', 'Page 3'],
      ],
    );
    assert.match(read.notes?.[0] ?? '', /text of a PDF/);
    assert.equal(
      findQuote(read, 'We train for 3 epochs (with a batch of 32) and see that plain questions are what helps')
        ?.section,
      'page-2',
    );
    assert.equal(findQuote(read, 'plain 61.2 points, as ever'), undefined);
  });

  it('are read page by page also when they have 900, to the last one', async () => {
    const read = await services().read('2501.00011');
    assert.equal(outline(read).length, 900);
    const page = sectionPage(read, 'page-900', 0, 500);
    assert.match(page.text, /Glim 899\nThe glim of chapter 899 is teal\./);
    assert.deepEqual([page.next, placeAfter(read, page)], [null, null]);
    assert.deepEqual(placeAfter(read, sectionPage(read, 'Page 12', 0, 500)), { section: 'page-13', offset: 0 });
    assert.equal(findQuote(read, 'glim of chapter 450 is teal')?.section, 'page-451');
    assert.throws(
      () => sectionPage(read, 'page-901', 0, 1),
      ({ next }: { next: string }) => next.length < 2000 && next.endsWith('page-900 (Page 900).'),
    );
  });

  it('hold one page at a time, and can be left in the middle', async () => {
    const document = await openPdf(paperPdf(book));
    const abort = new AbortController();
    const seen: number[] = [];
    const reading = async () => {
      for await (const page of document.read(abort.signal)) {
        seen.push(page.number);
        if (page.number === 5) abort.abort();
      }
    };
    await assert.rejects(reading(), { name: 'AbortError' });
    assert.deepEqual([seen.length, document.pages], [5, 900]);
    await document.close();
  });

  it('go on where the last reading ended when they take too long, and the page that is asked for comes first', async () => {
    const clock = new InstantClock();
    let opened = 0;
    /** Three hundred pages take as long as a reading may. */
    const slow: typeof openPdf = async (bytes) => {
      opened += 1;
      const document = await openPdf(bytes);
      const read = async function* (signal?: AbortSignal, from?: number) {
        for await (const page of document.read(signal, from)) {
          await clock.sleep(50);
          yield page;
        }
      };
      return { ...document, read };
    };
    const cache = new MemoryCache();
    const open = () =>
      new PaperServices({
        ...{ hub: servers.papers, arxiv: servers.arxiv, semanticScholar: servers.semanticScholar, arxivSpacingMs: 0 },
        ...{ clock, openPdf: slow, web: { cache, offline: false } },
      });
    const first = await open().read('2501.00011', undefined, 'page-900');
    assert.match(sectionPage(first, 'page-900', 0, 500).text, /chapter 899 is teal/);
    assert.match(first.notes?.at(-1) ?? '', /^5\d\d of its 900 pages are not read yet/);
    const papers = open();
    for (let turn = 0; turn < 2; turn++) await papers.read('2501.00011');
    assert.equal((await papers.read('2501.00011')).isPartial, undefined);
    assert.equal(findQuote(await open().read('2501.00011'), 'glim of chapter 640 is teal')?.section, 'page-641');
    assert.equal(opened, 3, 'what was read is kept');
  });

  const useless: [string, { status: number; body: string }, RegExp][] = [
    [
      'a web page instead',
      { status: 200, body: '<html>Are you a robot?</html>' },
      /arXiv PDF: it sent something else than a PDF/,
    ],
    ['a torn PDF', { status: 200, body: '%PDF-1.4 torn' }, /arXiv PDF: its PDF cannot be read/],
    ['a PDF without text', { status: 200, body: Buffer.from(pdfOf([[]])).toString('latin1') }, /^$/],
  ];
  for (const [what, { status, body }, why] of useless) {
    it(`fall back to the abstract when there is ${what}`, async () => {
      servers.setFaults(({ path }) => (path.startsWith('/pdf/') ? { kind: 'status', status, body } : undefined));
      const read = await services().read('2501.00010');
      assert.equal(read.source, 'arXiv (abstract only)');
      assert.match((read.notes ?? []).join(' '), why);
    });
  }
});

describe('the lines of a PDF page', () => {
  const item = (str: string, y: number, rest: Partial<TextItem> = {}): TextItem => ({
    ...{ str, hasEOL: false, height: 10, transform: [10, 0, 0, 10, 50, y] },
    ...rest,
  });

  it('become paragraphs by the gaps between them', () => {
    const items = [item('One', 700), item(' line', 700, { hasEOL: true }), item('goes on.', 688), item('Next.', 660)];
    assert.equal(lineTexts(items), 'One line\ngoes on.\n\nNext.');
  });

  it('leave out text that runs upwards, and take the largest words for the title', () => {
    const stamp = item('arXiv:2501.00010v1', 400, { height: 20, transform: [0, 20, -20, 0, 20, 400] });
    const items = [stamp, item('The', 750, { height: 18 }), item('Title', 750, { height: 18 }), item('Text.', 700)];
    assert.equal(lineTexts(items), 'TheTitle\n\nText.');
    assert.deepEqual([titleOf(items), titleOf([item('All', 9), item('same', 8)])], ['The Title', '']);
  });
});
