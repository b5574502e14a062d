/** How requests and replies go over the wire, the same for every practice server. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import {
  json,
  type FileBody,
  type Handler,
  type LoggedRequest,
  type PracticeRequest,
  type Reply,
  type Service,
  type StreamBody,
} from './exchange';
import { applyFault, type Fault, type FaultHook } from './faults';

export interface ServerOptions {
  port: number;
  handler: Handler;
  /** Several services may share a port; the path says which one is meant. */
  serviceOf(path: string): Service;
  faults: FaultHook;
  log(entry: LoggedRequest): void;
}

export interface RunningServer {
  url: string;
  stop(): Promise<void>;
}

export async function listen(options: ServerOptions): Promise<RunningServer> {
  const server = createServer((incoming, outgoing) => {
    answer(server, options, incoming, outgoing).catch(() => outgoing.destroy());
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  return { url: selfUrl(server), stop: () => stop(server) };
}

function selfUrl(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
    server.closeAllConnections();
  });
}

async function answer(
  server: Server,
  options: ServerOptions,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const request = await readRequest(incoming, options, selfUrl(server));
  const fault = options.faults(request);
  const reply = await applyFault(fault, () => handled(options.handler, request));
  const { service, method, path, headers } = request;
  const status = reply?.status ?? 0;
  options.log({ service, method, path, query: request.query.toString(), headers, status });
  if (reply === undefined) outgoing.destroy();
  else await send(reply, method, outgoing, fault);
}

async function handled(handler: Handler, request: PracticeRequest): Promise<Reply> {
  try {
    return (await handler(request)) ?? json({ error: 'Not Found' }, {}, 404);
  } catch (error) {
    return json({ error: error instanceof Error ? error.message : String(error) }, {}, 500);
  }
}

async function readRequest(incoming: IncomingMessage, options: ServerOptions, self: string): Promise<PracticeRequest> {
  const url = new URL(incoming.url ?? '/', self);
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  ) as Record<string, string>;
  const path = decodePath(url.pathname);
  const bytes = Buffer.concat(chunks);
  const body = bytes.toString('utf8');
  const method = incoming.method ?? 'GET';
  return { service: options.serviceOf(path), method, path, query: url.searchParams, headers, body, bytes, self };
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch (error) {
    if (error instanceof URIError) return path;
    throw error;
  }
}

/** A truncated answer promises its full length and then cuts the connection half-way. */
async function send(reply: Reply, method: string, outgoing: ServerResponse, fault: Fault | undefined): Promise<void> {
  const body = typeof reply.body === 'string' ? Buffer.from(reply.body) : reply.body;
  if (!(body instanceof Uint8Array) && body.size === undefined) return sendStream(reply, body, outgoing, fault);
  const length = body instanceof Uint8Array ? body.length : body.size;
  outgoing.writeHead(reply.status, { ...reply.headers, 'content-length': String(length) });
  if (method === 'HEAD') outgoing.end();
  else if (fault?.kind === 'truncate') await sendHalf(body, outgoing);
  else if (body instanceof Uint8Array) outgoing.end(body);
  else await pipeline(body.open(), outgoing);
}

async function sendStream(
  reply: Reply,
  body: StreamBody,
  outgoing: ServerResponse,
  fault: Fault | undefined,
): Promise<void> {
  outgoing.writeHead(reply.status, reply.headers);
  outgoing.flushHeaders();
  if (fault?.kind === 'cut') await sendBeginning(body, fault.afterBytes, outgoing);
  else await pipeline(body.open(), outgoing);
}

async function sendBeginning(body: StreamBody, count: number, outgoing: ServerResponse): Promise<void> {
  let left = count;
  for await (const chunk of body.open() as AsyncIterable<Uint8Array>) {
    await written(outgoing, chunk.subarray(0, left));
    left -= chunk.length;
    if (left <= 0) break;
  }
  outgoing.destroy();
}

async function sendHalf(body: Uint8Array | FileBody, outgoing: ServerResponse): Promise<void> {
  const half = body instanceof Uint8Array ? body.subarray(0, Math.floor(body.length / 2)) : new Uint8Array(1);
  await written(outgoing, half);
  outgoing.destroy();
}

function written(outgoing: ServerResponse, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve) => outgoing.write(bytes, () => resolve()));
}
