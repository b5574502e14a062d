import assert from 'node:assert/strict';
import { startPracticeServers, type PracticeServers } from '../../../src/practice/servers/start';
import { smallWorld } from '../../support/small-world';

interface Answer {
  status: number;
  code: string | null;
  body: Record<string, unknown>;
}

async function ask(url: string): Promise<Answer> {
  const response = await fetch(url);
  const body = (await response.json()) as Record<string, unknown>;
  return { status: response.status, code: response.headers.get('x-error-code'), body };
}

describe('practice dataset viewer', () => {
  let servers: PracticeServers;
  before(async () => (servers = await startPracticeServers({ content: smallWorld() })));
  after(() => servers.stop());
  const view = (path: string) => ask(`${servers.viewer}${path}`);

  it('names splits from file names or from the card', async () => {
    const names = async (id: string) =>
      ((await view(`/splits?dataset=${id}`)).body['splits'] as { config: string; split: string }[]).map(
        ({ config, split }) => `${config}/${split}`,
      );
    assert.deepEqual(await names('glim/colours'), ['default/train', 'default/test']);
    assert.deepEqual(await names('glim/mixed'), ['chat/train', 'flat/train']);
  });

  it('shows the first hundred rows, then any page', async () => {
    const first = await view('/first-rows?dataset=glim/colours&config=default&split=train');
    assert.equal((first.body['rows'] as unknown[]).length, 100);
    assert.equal(first.body['truncated'], true);
    const page = await view('/rows?dataset=glim/colours&config=default&split=train&offset=115&length=100');
    assert.equal((page.body['rows'] as { row_idx: number }[])[0]?.row_idx, 115);
    assert.equal(page.body['num_rows_total'], 120);
  });

  it('types columns and cuts long cells, saying which', async () => {
    const { body } = await view('/first-rows?dataset=glim/mixed&config=chat&split=train');
    const message = { role: { dtype: 'string', _type: 'Value' }, content: { dtype: 'string', _type: 'Value' } };
    assert.deepEqual(body['features'], [
      { feature_idx: 0, name: 'messages', type: { feature: message, _type: 'List' } },
      { feature_idx: 1, name: 'score', type: { dtype: 'float64', _type: 'Value' } },
    ]);
    const long = await view('/rows?dataset=glim/mixed&config=flat&split=train');
    assert.deepEqual((long.body['rows'] as { truncated_cells: string[] }[])[0]?.truncated_cells, ['long']);
  });

  const failures: [string, number, string][] = [
    ['/splits', 422, 'MissingRequiredParameter'],
    ['/splits?dataset=glim/nothing', 401, 'ExternalUnauthenticatedError'],
    ['/first-rows?dataset=glim/colours&config=default&split=nope', 404, 'SplitNotFoundError'],
    ['/rows?dataset=glim/colours&config=default&split=train&length=101', 422, 'InvalidParameter'],
    ['/splits?dataset=glim/unviewable', 500, 'StreamingRowsError'],
    ['/parquet?dataset=glim/colours', 404, 'ResponseNotFound'],
  ];
  for (const [path, status, code] of failures) {
    it(`answers ${code} to ${path}`, async () => {
      const answer = await view(path);
      assert.deepEqual([answer.status, answer.code], [status, code]);
    });
  }
});

describe('practice paper services', () => {
  let servers: PracticeServers;
  before(async () => (servers = await startPracticeServers({ content: smallWorld() })));
  after(() => servers.stop());

  it('finds papers on the Hub by title, abstract and keyword', async () => {
    const response = await fetch(`${servers.papers}/api/papers/search?q=supervised+fine-tuning&limit=5`);
    const found = (await response.json()) as { paper: { id: string } }[];
    assert.deepEqual(
      found.map((item) => item.paper.id),
      ['2501.00002'],
    );
    const { body } = await ask(`${servers.papers}/api/papers/2501.00002`);
    assert.deepEqual(body['linkedDatasets'], [{ id: 'glim/colours' }]);
    assert.equal((await ask(`${servers.papers}/api/papers/9999.99999`)).status, 404);
  });

  it('answers arXiv queries with fields and operators', async () => {
    const ids = async (query: string) => {
      const url = `${servers.arxiv}/api/query?${new URLSearchParams({ search_query: query })}`;
      const feed = await (await fetch(url)).text();
      return [...feed.matchAll(/arxiv\.org\/abs\/(\d{4}\.\d{5})v1<\/id>/g)].map((match) => match[1]);
    };
    assert.deepEqual(await ids('all:glim AND all:recipe'), ['2501.00002']);
    assert.deepEqual(await ids('(ti:markdown OR ti:abstract) ANDNOT ti:"only an"'), ['2501.00003']);
    assert.deepEqual(await ids('all:nowhere'), []);
  });

  it('reports a malformed arXiv id the way arXiv does: as an entry', async () => {
    const response = await fetch(`${servers.arxiv}/api/query?id_list=nonsense`);
    assert.equal(response.status, 400);
    assert.match(await response.text(), /api\/errors#incorrect_id_format_for_nonsense/);
  });

  it('knows who cites whom, in which sentence, and leaves out what was not asked for', async () => {
    const fields = 'title,contexts,intents,isInfluential';
    const url = `${servers.semanticScholar}/graph/v1/paper/ARXIV:2501.00001/citations?fields=${fields}`;
    const data = (await ask(url)).body['data'] as Record<string, unknown>[];
    assert.equal(data.length, 2);
    assert.deepEqual(data[0]?.['contexts'], ['We follow earlier work [1].']);
    assert.equal(data[0]?.['isInfluential'], true);
    assert.deepEqual(Object.keys(data[0]?.['citingPaper'] as object), ['paperId', 'title']);
  });

  it('leaves `data` out when nothing matches, and refuses unknown fields', async () => {
    const search = `${servers.semanticScholar}/graph/v1/paper/search`;
    assert.deepEqual((await ask(`${search}?query=zebra`)).body, { total: 0, offset: 0 });
    assert.equal((await ask(`${search}?query=glim&fields=colour`)).status, 400);
    assert.equal((await ask(`${servers.semanticScholar}/graph/v1/paper/ARXIV:9999.99999`)).status, 404);
  });
});
