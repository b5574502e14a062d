/** The data sheet of anything that holds rows, for surfaces without a run. */
import { languageDetector } from '../adapters/language/detector';
import type { ProgramPlace } from '../core/box/program';
import { askOfPlace, inspectOnBox } from '../core/data/box-sheet';
import { inspectRows, type Inspected } from '../core/data/inspect';
import { licenceVerdict } from '../core/data/licence';
import { estimatedTokens } from '../core/data/tokens';
import { isAbort, MlInternError } from '../core/errors';
import type { DatasetHit, DatasetQuery } from '../core/ports/hub';
import type { LicenceVerdict } from '../core/run/types';
import { FileStore } from '../adapters/files/file-store';
import { join } from 'node:path';
import { withFiles } from './data-programs';
import { openHub } from './hub';
import { licencePolicy } from './licences';
import type { AppOptions } from './options';
import { hubEndpoints, localPath, openRows, type RowsRequest } from './rows';
import { openTokenizer } from './tokenizer';

export interface SheetRequest extends RowsRequest {
  maxTokens?: number | undefined;
  /** A model's id, or a folder with a `tokenizer.json`; absent: tokens are estimated. */
  tokenizer?: string | undefined;
  /** Most rows to look at. */
  rows?: number | undefined;
  /** Where all rows are looked at: paths then count from the home folder there. */
  box?: string | undefined;
}

export interface SheetWatch {
  signal?: AbortSignal;
  /** Rows that the box has looked at. */
  onProgress?: (rows: number) => void;
}

export async function dataSheet(
  request: SheetRequest,
  options: AppOptions,
  watch: SheetWatch = {},
): Promise<Inspected> {
  const { box } = request;
  return box === undefined
    ? sheetFromHere(request, options, watch.signal)
    : withFiles(box, options, (place) => sheetOnBox(place, { ...request, box }, options, watch));
}

async function sheetFromHere(request: SheetRequest, options: AppOptions, signal?: AbortSignal): Promise<Inspected> {
  const endpoints = hubEndpoints(options);
  const isLocal = (await localPath(request)) !== undefined;
  const card = isLocal ? undefined : await openHub(endpoints).datasetCard(request.id, request.revision, signal);
  const source = await openRows({ ...request, revision: request.revision ?? card?.revision }, options, signal);
  const { tokenizer: model, folder, maxTokens, rows } = request;
  return inspectRows(source, {
    card,
    policy: await policyOf(options),
    language: await languageDetector(),
    tokens: model === undefined ? estimatedTokens : await openTokenizer({ model, folder, endpoints }),
    ...(maxTokens === undefined ? {} : { maxTokens }),
    ...(rows === undefined ? {} : { rows }),
    signal,
  });
}

async function sheetOnBox(
  place: ProgramPlace,
  { id, box, revision, config, split, tokenizer, maxTokens }: SheetRequest & { box: string },
  options: AppOptions,
  watch: SheetWatch,
): Promise<Inspected> {
  const endpoints = hubEndpoints(options);
  const named = { ...(revision && { revision }), ...(config && { config }), ...(split && { split }) };
  return inspectOnBox(
    askOfPlace(place, endpoints.hub, watch),
    { wanted: { place: id, ...named }, box, tokenizer },
    {
      // The box may reach a Hub that this machine does not: what only the card says is then not known.
      card: (dataset) =>
        openHub(endpoints)
          .datasetCard(dataset, revision, watch.signal)
          .catch((error: unknown) => {
            if (MlInternError.is(error) && !isAbort(error)) return undefined;
            throw error;
          }),
      policy: await policyOf(options),
      language: await languageDetector(),
      ...(maxTokens === undefined ? {} : { maxTokens }),
    },
  );
}

export interface JudgedHit extends DatasetHit {
  licenceVerdict: LicenceVerdict;
}

export async function searchDatasets(
  query: DatasetQuery,
  options: AppOptions,
  signal?: AbortSignal,
): Promise<JudgedHit[]> {
  const hits = await openHub(hubEndpoints(options)).searchDatasets(query, signal);
  const policy = await policyOf(options);
  return hits.map((hit) => ({ ...hit, licenceVerdict: licenceVerdict(hit.licence, policy) }));
}

function policyOf({ workspace, settings }: AppOptions) {
  return licencePolicy(new FileStore(join(workspace, 'ml-intern')), settings.licence);
}
