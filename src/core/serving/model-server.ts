/** A model served on the box for as long as it is needed: fetched, started as a job of its own, reached through a tunnel, ended. */
import { z } from 'zod';
import { unlessAborted } from '../box/abort';
import { cannot, type OpenedBox } from '../box/opened-box';
import type { MlInternError } from '../errors';
import type { WorkOrder } from '../experiments/bench';
import { pretty } from '../experiments/files';
import { gpusToServe, refuseUnfit } from './fit';
import { followServer } from './follow-server';

/** How jobs come to the box: in a run, which remembers them and what they cost, or without one. */
export interface ServeDesk {
  /** The hash of the environment that serves, built if need be. */
  environment(signal: AbortSignal): Promise<string>;
  /** Runs a job to its end; its result. */
  result(order: WorkOrder, signal: AbortSignal): Promise<unknown>;
  submit(order: WorkOrder, secrets: Record<string, string>, signal: AbortSignal): Promise<void>;
  /** Resolves once the job is told to end; nothing keeps it from that. */
  end(id: string): Promise<void>;
  /** Of a job that was never before. */
  newId(what: 'model' | 'serve'): string;
  /** How long the server may run on so many GPUs, whatever becomes of us. */
  capSeconds(gpus: number): number;
}

export interface ServeParts {
  box: OpenedBox;
  desk: ServeDesk;
  model: string;
  revision?: string | undefined;
  /** A secret that nobody can guess. */
  newKey: () => string;
  /** What a person sees of it. */
  say: (text: string) => void;
}

export interface ModelServer {
  /** On this machine. */
  baseUrl: string;
  key: string;
  /** Resolves when the server is over, with the reason. */
  over: Promise<MlInternError>;
  close(): Promise<void>;
}

const loadSeconds = 1800;
/** A server that nobody asks any more ends itself. */
const idleGpuSeconds = 900;
const fetchSeconds = 6 * 3600;
const fetched = z.object({ path: z.string(), parameters: z.number().nullable() });

interface Prepared {
  environment: string;
  /** Folder on the box. */
  path: string;
  gpus: number;
}

/** Starts a server each time that it is called; what servers need is made ready once. */
export function modelServers(parts: ServeParts): (signal: AbortSignal) => Promise<ModelServer> {
  let prepared: Prepared | undefined;
  return async (signal) => {
    prepared ??= await prepare(parts, signal);
    return serve(parts, prepared, signal);
  };
}

async function prepare(parts: ServeParts, signal: AbortSignal): Promise<Prepared> {
  const { box, desk, model, say } = parts;
  if (!box.tunnel) throw cannot(box, 'serve a model');
  const card = await box.check(signal);
  refuseUnfit(card, model);
  say(`Preparing ${box.name} to serve ${model}.`);
  const environment = await desk.environment(signal);
  const { path, parameters } = await fetchModel(parts, environment, signal);
  return { environment, path, gpus: gpusToServe(parameters, card, model) };
}

async function fetchModel({ desk, model, revision }: ServeParts, environment: string, signal: AbortSignal) {
  const order: WorkOrder = {
    ...{ id: desk.newId('model'), kind: 'model', environment, capSeconds: fetchSeconds },
    steps: [['{python}', '-m', 'ml_intern_box.serve', 'fetch', 'model.json']],
    files: { 'model.json': pretty({ id: model, ...(revision && { revision }) }) },
  };
  return fetched.parse(await desk.result(order, signal));
}

async function serve(
  parts: ServeParts,
  { environment, path, gpus }: Prepared,
  signal: AbortSignal,
): Promise<ModelServer> {
  const { box, desk, model, say } = parts;
  const order: WorkOrder = {
    ...{ id: desk.newId('serve'), kind: 'serve', environment, gpus, capsGpus: true },
    capSeconds: desk.capSeconds(gpus),
    steps: [['{python}', '-m', 'ml_intern_box.serve', 'run', 'serve.json']],
    files: { 'serve.json': pretty({ model: path, name: model, gpus, loadSeconds }) },
    rules: { idleGpuSeconds },
  };
  const key = parts.newKey();
  const following = new AbortController();
  try {
    await desk.submit(order, { VLLM_API_KEY: key }, signal);
    const { port, over } = await unlessAborted(untilReady(parts, order.id, following.signal), signal);
    const tunnel = await box.tunnel?.(port, 0, signal);
    if (!tunnel) throw cannot(box, 'serve a model');
    say(`${model} is served.`);
    const close = async () => {
      await tunnel.close();
      following.abort();
      await desk.end(order.id);
    };
    return { baseUrl: `http://127.0.0.1:${tunnel.port}/v1`, key, over, close };
  } catch (error) {
    following.abort();
    // Whatever went wrong, nothing of ours may hold a GPU.
    await desk.end(order.id).catch(() => undefined);
    throw error;
  }
}

function untilReady(
  { box, model, say }: ServeParts,
  id: string,
  signal: AbortSignal,
): Promise<{ port: number; over: Promise<MlInternError> }> {
  return new Promise((resolve, reject) => {
    const over = followServer({ box, id, model, say, onPort: (port) => resolve({ port, over }) }, signal);
    void over.then(reject);
  });
}
