/** The practice world's stand-in for the language model: an OpenAI-compatible endpoint on loopback. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ChatMessage, OfferedTool, Reply } from './chat';
import { decide } from './decide';
import { inject, type FaultPlan } from './faults';
import { teacherName, type Teacher } from './teacher';
import { chunks, completion, estimateUsage, modelList, modelName, type Usage } from './wire';

export interface StandInModel {
  /** Base URL, ending in `/v1`. */
  url: string;
  model: string;
  stop(): Promise<void>;
}

interface CompletionRequest {
  messages: ChatMessage[];
  tools?: OfferedTool[];
  tool_choice?: unknown;
  parallel_tool_calls?: boolean;
  stream?: boolean;
  stream_options?: { include_usage?: boolean };
}

export interface StandInOptions {
  port?: number;
  faults?: FaultPlan;
  /** Answers what is asked of a model that writes rows. */
  teacher?: Teacher;
}

export async function startStandInModel(options: StandInOptions = {}): Promise<StandInModel> {
  let requests = 0;
  const server = createServer((request, response) => {
    requests += 1;
    const fault = options.faults?.(requests);
    if (fault) {
      request.resume();
      inject(fault, response);
      return;
    }
    answer(request, response, options.teacher).catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      if (response.headersSent) response.destroy();
      else sendJson(response, 500, { error: { message, type: 'server_error', param: null, code: null } });
    });
  });
  await listen(server, options.port ?? 0);
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/v1`, model: modelName, stop: () => close(server) };
}

async function answer(request: IncomingMessage, response: ServerResponse, teacher?: Teacher): Promise<void> {
  const path = new URL(request.url ?? '/', 'http://localhost').pathname;
  if (request.method === 'GET' && path === '/v1/models') {
    sendJson(response, 200, modelList());
    return;
  }
  if (request.method !== 'POST' || path !== '/v1/chat/completions') {
    sendJson(response, 404, invalid(`Nothing here: ${request.method} ${path}.`, 'not_found'));
    return;
  }
  const body = await readBody(request);
  const asked = parseRequest(body);
  if (!asked) {
    sendJson(response, 400, invalid('The request body is no JSON object with "messages".', 'invalid_request'));
    return;
  }
  const taught = asked.tools === undefined && !asked.stream ? (teacher?.(asked.messages) ?? null) : null;
  if (taught !== null) {
    const written = { text: taught, toolCalls: [] };
    sendJson(response, 200, completion(written, estimateUsage(body.length, written), teacherName));
    return;
  }
  const reply = reactTo(asked);
  const usage = estimateUsage(body.length, reply);
  if (asked.stream) await sendStream(response, reply, asked.stream_options?.include_usage ? usage : null);
  else sendJson(response, 200, completion(reply, usage));
}

function reactTo(asked: CompletionRequest): Reply {
  const tools = asked.tool_choice === 'none' ? [] : (asked.tools ?? []);
  const reply = decide(asked.messages, tools);
  return asked.parallel_tool_calls === false ? { ...reply, toolCalls: reply.toolCalls.slice(0, 1) } : reply;
}

async function sendStream(response: ServerResponse, reply: Reply, usage: Usage | null): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  for (const chunk of chunks(reply, usage)) {
    if (response.destroyed) return;
    if (!response.write(`data: ${JSON.stringify(chunk)}\n\n`)) await drained(response);
  }
  response.end('data: [DONE]\n\n');
}

/** Resolves when more can be written, or when nobody listens any more. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      response.off('drain', go).off('close', go);
      resolve();
    };
    response.on('drain', go).on('close', go);
  });
}

function parseRequest(body: string): CompletionRequest | null {
  try {
    const value: unknown = JSON.parse(body);
    const messages = typeof value === 'object' && value !== null && 'messages' in value ? value.messages : null;
    return Array.isArray(messages) ? (value as CompletionRequest) : null;
  } catch {
    // Not JSON: answered with 400.
    return null;
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function invalid(message: string, code: string): object {
  return { error: { message, type: 'invalid_request_error', param: null, code } };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
