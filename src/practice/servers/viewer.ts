/** The dataset viewer: what splits a dataset has, and rows of them with their column types. */
import type { WorldContent, WorldDataset } from './content';
import { rowsOf, splitsOf, type Row, type WorldSplit } from './data-files';
import { json, type Handler, type PracticeRequest, type Reply } from './exchange';
import { featuresOf } from './features';
import type { Repositories } from './repository';

const longestCell = 10_000;
const pageRows = 100;

export function viewer(content: WorldContent, repositories: Repositories, token: string | undefined): Handler {
  return async (request) => {
    const view = views[request.path];
    if (view === undefined) return undefined;
    const id = request.query.get('dataset');
    if (id === null) return failure(422, 'MissingRequiredParameter', "Parameter 'dataset' is required");
    const dataset = content.datasets.find((candidate) => candidate.id === id);
    const anonymous = token === undefined || request.headers['authorization'] !== `Bearer ${token}`;
    if (dataset === undefined || (dataset.gated !== false && anonymous)) return notAccessible(anonymous);
    if (dataset.viewerFailure !== undefined) return failure(500, 'StreamingRowsError', dataset.viewerFailure);
    const reply = view(dataset, request.query);
    const sha = (await repositories.find('dataset', id))?.sha;
    return sha === undefined ? reply : { ...reply, headers: { ...reply.headers, 'x-revision': sha } };
  };
}

type View = (dataset: WorldDataset, query: PracticeRequest['query']) => Reply;

const views: Record<string, View> = {
  '/is-valid': () => json({ preview: true, viewer: true, search: false, filter: false, statistics: false }),
  '/splits': (dataset) => json({ splits: splitsOf(dataset).map((split) => named(dataset, split)), ...complete }),
  '/size': (dataset) => json({ size: sizes(dataset), ...complete, partial: false }),
  '/info': (dataset, query) => info(dataset, query.get('config')),
  '/first-rows': (dataset, query) =>
    inSplit(dataset, query, (split) => json({ ...named(dataset, split), ...firstRows(dataset, split) })),
  '/rows': (dataset, query) => inSplit(dataset, query, (split) => rows(dataset, split, query)),
  '/search': () => failure(400, 'SearchFeatureNotAvailableError', 'The practice world has no search index.'),
  '/filter': () => failure(400, 'SearchFeatureNotAvailableError', 'The practice world has no search index.'),
  '/parquet': () => failure(404, 'ResponseNotFound', 'The practice world keeps its data as JSON lines only.'),
  '/statistics': () => failure(404, 'ResponseNotFound', 'The practice world computes no statistics.'),
};

const complete = { pending: [], failed: [] };
const named = (dataset: WorldDataset, split: WorldSplit) => ({
  dataset: dataset.id,
  config: split.config,
  split: split.split,
});

function inSplit(dataset: WorldDataset, query: URLSearchParams, reply: (split: WorldSplit) => Reply): Reply {
  const [config, name] = [query.get('config'), query.get('split')];
  if (config === null || name === null) {
    return failure(422, 'MissingRequiredParameter', "Parameters 'config' and 'split' are required");
  }
  const split = splitsOf(dataset).find((candidate) => candidate.config === config && candidate.split === name);
  if (split !== undefined) return reply(split);
  return failure(404, 'SplitNotFoundError', `The split '${name}' does not exist for the config '${config}'.`);
}

function firstRows(dataset: WorldDataset, split: WorldSplit): Record<string, unknown> {
  const all = rowsOf(dataset, split);
  return {
    features: featureList(all),
    rows: all.slice(0, pageRows).map((row, index) => numbered(row, index)),
    truncated: all.length > pageRows,
  };
}

function rows(dataset: WorldDataset, split: WorldSplit, query: URLSearchParams): Reply {
  const [offset, length] = [Number(query.get('offset') ?? 0), Number(query.get('length') ?? pageRows)];
  if (length > pageRows) {
    return failure(422, 'InvalidParameter', `Parameter 'length' must not be greater than ${pageRows}`);
  }
  const all = rowsOf(dataset, split);
  return json({
    features: featureList(all),
    rows: all.slice(offset, offset + length).map((row, index) => numbered(row, offset + index)),
    num_rows_total: all.length,
    num_rows_per_page: pageRows,
    partial: false,
  });
}

function featureList(all: readonly Row[]): unknown[] {
  return Object.entries(featuresOf(all)).map(([name, type], index) => ({ feature_idx: index, name, type }));
}

/** A cell that is too long comes back as the beginning of its JSON text, whatever its type. */
function numbered(row: Row, index: number): Record<string, unknown> {
  const isLong = (cell: unknown) => JSON.stringify(cell).length > longestCell;
  const cut = Object.keys(row).filter((name) => isLong(row[name]));
  const cells = cut.map((name) => [name, JSON.stringify(row[name]).slice(0, longestCell)]);
  return { row_idx: index, row: { ...row, ...Object.fromEntries(cells) }, truncated_cells: cut };
}

function sizes(dataset: WorldDataset): Record<string, unknown> {
  const splits = splitsOf(dataset).map((split) => {
    const all = rowsOf(dataset, split);
    return { ...named(dataset, split), num_rows: all.length, num_columns: Object.keys(featuresOf(all)).length };
  });
  const total = splits.reduce((sum, split) => sum + split.num_rows, 0);
  const configs = [...new Set(splits.map((split) => split.config))].map((config) => {
    const own = splits.filter((split) => split.config === config);
    const num_rows = own.reduce((sum, split) => sum + split.num_rows, 0);
    return { dataset: dataset.id, config, num_rows, num_columns: own[0]?.num_columns ?? 0 };
  });
  return { dataset: { dataset: dataset.id, num_rows: total, estimated_num_rows: null }, configs, splits };
}

function info(dataset: WorldDataset, config: string | null): Reply {
  const splits = splitsOf(dataset);
  const of = (name: string) => {
    const own = splits.filter((split) => split.config === name);
    const counted = own.map((split) => [
      split.split,
      { name: split.split, num_examples: rowsOf(dataset, split).length },
    ]);
    return {
      description: dataset.description,
      license: dataset.metadata.license ?? '',
      features: featuresOf(own.flatMap((split) => rowsOf(dataset, split))),
      builder_name: 'json',
      config_name: name,
      splits: Object.fromEntries(counted) as unknown,
    };
  };
  const names = [...new Set(splits.map((split) => split.config))];
  if (config === null) {
    const all = Object.fromEntries(names.map((name) => [name, of(name)]));
    return json({ dataset_info: all, ...complete, partial: false });
  }
  if (names.includes(config)) return json({ dataset_info: of(config), partial: false });
  return failure(404, 'ConfigNotFoundError', `The config '${config}' does not exist for the dataset.`);
}

function notAccessible(anonymous: boolean): Reply {
  const code = anonymous ? 'ExternalUnauthenticatedError' : 'ExternalAuthenticatedError';
  const how = anonymous ? 'without authentication (private or gated)' : 'with the current credentials';
  return failure(anonymous ? 401 : 404, code, `The dataset does not exist, or is not accessible ${how}.`);
}

function failure(status: number, code: string, error: string): Reply {
  return json({ error }, { 'x-error-code': code }, status);
}
