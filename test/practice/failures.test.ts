/** Every tool for research and data against every failure of the services: it answers usefully or says why, and waits no longer than it may. */
import assert from 'node:assert/strict';
import { GitHub } from '../../src/adapters/github/github';
import { HfDocs } from '../../src/adapters/hf-docs/hf-docs';
import { HfHub } from '../../src/adapters/hf-hub/hf-hub';
import { PaperServices } from '../../src/adapters/papers/paper-services';
import { openPdf } from '../../src/adapters/papers/pdf-text';
import { FileRows } from '../../src/adapters/rows/file-rows';
import { WebReader } from '../../src/adapters/web/web-reader';
import { Toolbox, type ToolResult } from '../../src/core/agent/toolbox';
import { allTools } from '../../src/core/agent/tools/all';
import type { PracticeRequest } from '../../src/practice/servers/exchange';
import { notReady, rateLimited, type Fault } from '../../src/practice/servers/faults';
import { docs } from '../../src/practice/world/docs';
import { repositories } from '../../src/practice/world/code';
import { runFolder } from '../support/core/journal';
import { factsOf, openWorkplace } from '../support/core/kit';
import { InstantClock } from '../support/instant-clock';
import { dataWorld } from '../support/data-world';
import { startFaultyServers, type FaultyServers } from '../support/practice';

const repo = 'practice/almanac-recipes';
/** Tool -> arguments with which it answers in fair weather. */
const calls: [string, Record<string, unknown>][] = [
  ['search_papers', { query: 'invented' }],
  ['read_paper', { id: '2501.00001' }],
  ['citations', { id: '2501.00001', direction: 'citations' }],
  ['paper_links', { id: '2501.00002' }],
  ['search_datasets', { query: 'glim' }],
  ['inspect_dataset', { id: 'glim/colours' }],
  ['search_docs', { query: 'longest row', package: 'trl' }],
  ['read_docs', { page: 'trl/sft_trainer' }],
  ['find_code', { repo }],
  ['find_code', { repo, query: 'SFTConfig' }],
  ['find_code', { repo, path: 'README.md' }],
  ['read_page', { url: 'PAGE' }],
];

const spent: Fault = {
  kind: 'status',
  status: 403,
  headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1893456000' },
  body: '{"message":"API rate limit exceeded"}',
};
const status = (code: number, body = ''): Fault => ({ kind: 'status', status: code, body });
const elsewhere = (location: string): Fault => ({ kind: 'status', status: 302, headers: { location } });

const failures: [string, Fault][] = [
  ['429 with Retry-After of an hour', rateLimited(3600)],
  ['429 with Retry-After of 2 s', rateLimited(2)],
  ['429 without Retry-After', rateLimited()],
  ['403, questions used up', spent],
  ['500 ResponseNotReady', notReady()],
  ['500 in words', status(500, 'Internal Server Error')],
  ['502 of a proxy in HTML', status(502, '<html><h1>Bad Gateway</h1></html>')],
  ['503', status(503)],
  ['404', status(404)],
  ['401', status(401)],
  ['an empty 200', status(200)],
  ['a sign-in page instead of JSON', { kind: 'invalid-json' }],
  ['an answer cut half-way', { kind: 'truncate' }],
  ['a closed connection', { kind: 'reset' }],
  ['a redirect to another host', elsewhere('http://localhost:9/')],
  ['a redirect in a circle', elsewhere('')],
];

/** Text from outside, names of what was found, or the name of who did not answer. */
const useful = /<untrusted|"glim\/colours"|"missing":\["|"note":"/;
/** A paper that the Hub does not know has nothing linked to it. */
const nothingLinked = /^\{"id":"2501\.00002","models":\[\],"datasets":\[\]/;

/** What any tool may spend on waiting between tries, however many services it asks. */
const longestWaitMs = 30_000;

/** Rows that this machine does not get are read on the box, which reaches them here. */
const fromBox = /"from":"its files on the box/;

describe('tools and failures of the services', () => {
  let servers: FaultyServers;

  before(async () => {
    servers = await startFaultyServers({ ...dataWorld(), docs, repositories });
  });
  after(() => servers.stop());
  beforeEach(() => servers.setFaults(undefined));

  /** With adapters that remember nothing, and a clock of their own. */
  async function tools() {
    const clock = new InstantClock();
    const { hub, viewer, papers, arxiv, ar5iv, semanticScholar, gitHub } = servers;
    const work = await openWorkplace();
    const lookup = {
      docs: new HfDocs({ endpoint: hub, clock }),
      code: new GitHub({ api: `${gitHub}/api`, raw: `${gitHub}/raw`, codeload: `${gitHub}/codeload`, clock }),
      web: new WebReader({ allow: [hub], clock, openPdf }),
      installed: work.kit.lookup.installed,
    };
    const kit = {
      ...{ ...work.kit, lookup },
      hub: new HfHub({ endpoint: hub, viewer, clock, openFiles: (files) => new FileRows(files) }),
      papers: new PaperServices({
        ...{ hub: papers, arxiv, ar5iv, semanticScholar, arxivSpacingMs: 0, clock, openPdf },
      }),
    };
    const toolbox = new Toolbox({ tools: allTools(kit), journal: work.journal, store: work.store, runFolder });
    return { clock, toolbox };
  }

  async function ask(name: string, args: Record<string, unknown>): Promise<{ result: ToolResult; waitedMs: number }> {
    const { clock, toolbox } = await tools();
    const url = `${servers.hub}/docs/trl/sft_trainer`;
    const named = args['url'] === undefined ? args : { ...args, url };
    const result = await toolbox.call({ id: 'call', name, args: named }, AbortSignal.timeout(60_000));
    return { result, waitedMs: clock.sleeps.reduce((sum, each) => sum + each, 0) };
  }

  /** Useful, with what is missing named; or an error in words, of a known kind, with what to do. */
  function assertTold({ ok, content }: ToolResult, what: string): void {
    assert.ok(content.length <= 8_000, what);
    const facts = factsOf({ ok, content });
    if (ok) return assert.match(content, useful, `${what}: ${content}`);
    assert.notEqual(facts['reason'], 'internal', `${what}: ${content}`);
    assert.ok(String(facts['error']).length > 20 && String(facts['next']).length > 10, `${what}: ${content}`);
  }

  it('every tool answers in fair weather', async () => {
    for (const [name, args] of calls) {
      const { result, waitedMs } = await ask(name, args);
      assert.ok(result.ok, `${name}: ${result.content}`);
      assert.equal(waitedMs, 0, name);
    }
  });

  for (const [failure, fault] of failures) {
    it(`every tool copes with ${failure}, from every service`, async () => {
      servers.setFaults(() => fault);
      for (const [name, args] of calls) {
        const { result, waitedMs } = await ask(name, args);
        assertTold(result, `${name} ${JSON.stringify(args)}`);
        assert.ok(waitedMs <= longestWaitMs, `${name} waited ${waitedMs} ms`);
      }
    });

    it(`every tool copes with ${failure}, once from each service`, async () => {
      for (const [name, args] of calls) {
        const met = new Set<string>();
        servers.setFaults(({ service }: PracticeRequest) => {
          const isFirst = !met.has(service);
          met.add(service);
          return isFirst ? fault : undefined;
        });
        const { result } = await ask(name, args);
        if (failure === '404' && nothingLinked.test(result.content)) continue;
        assertTold(result, `${name} ${JSON.stringify(args)}`);
      }
    });
  }

  it('every tool copes with services that never answer', async () => {
    // The tools' own limits are tens of seconds: here a second is a millisecond.
    const usual = AbortSignal.timeout;
    AbortSignal.timeout = (milliseconds) => usual.call(AbortSignal, Math.max(5, milliseconds / 1_000));
    try {
      servers.setFaults(() => ({ kind: 'slow', milliseconds: 2_000 }));
      for (const [name, args] of calls) {
        const { toolbox } = await tools();
        const url = `${servers.hub}/docs/trl/sft_trainer`;
        const named = args['url'] === undefined ? args : { ...args, url };
        const result = await toolbox.call({ id: 'call', name, args: named }, new AbortController().signal);
        assertTold(result, name);
        assert.ok(!result.ok || /"missing":\["/.test(result.content) || fromBox.test(result.content), result.content);
      }
    } finally {
      AbortSignal.timeout = usual;
    }
  });

  it('every state that a dataset can be in is told', async () => {
    const states: [string, RegExp][] = [
      ['glim/locked', /gated|let in|access/i],
      ['glim/nothing', /does not exist/],
      ['glim/old-name', /glim\/new-name/],
      ['glim/unviewable', /"rows":/],
      ['glim/broken', /"rows":|could not/],
      ['glim/pictures', fromBox],
      ['glim/long', /"truncated":|cut/],
      ['glim/unclear', /conflict|contradict/i],
    ];
    for (const [id, told] of states) {
      const { result } = await ask('inspect_dataset', { id });
      assert.match(result.content, told, `${id}: ${result.content}`);
      assert.ok(result.ok || String(factsOf(result)['next']).length > 10, id);
    }
  });

  it('every tool stops at once when it is told to', async () => {
    servers.setFaults(() => ({ kind: 'slow', milliseconds: 2_000 }));
    for (const [name, args] of calls) {
      const { toolbox } = await tools();
      const stop = new AbortController();
      const asked = toolbox.call({ id: 'call', name, args: { ...args } }, stop.signal);
      stop.abort();
      await assert.rejects(asked, name);
    }
  });
});
