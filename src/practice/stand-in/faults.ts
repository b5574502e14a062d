/** Ways in which a model endpoint can fail, to be injected on demand. */
import type { ServerResponse } from 'node:http';

export type Fault =
  | { kind: 'status'; status: number; message?: string; code?: string; retryAfter?: string }
  /** 200 with something that is no JSON. */
  | { kind: 'garbage'; body?: string; contentType?: string }
  /** 200 with nothing at all. */
  | { kind: 'empty' }
  /** Never answers. */
  | { kind: 'hang' }
  /** Begins a stream, then goes silent. */
  | { kind: 'stall' }
  /** Begins a stream, then ends it: by breaking the connection, or as if it were complete. */
  | { kind: 'cut'; politely?: boolean };

/** Which fault meets a request, counted from 1; undefined answers as usual. */
export type FaultPlan = (request: number) => Fault | undefined;

export function always(fault: Fault): FaultPlan {
  return () => fault;
}

export function firstFew(count: number, fault: Fault): FaultPlan {
  return (request) => (request <= count ? fault : undefined);
}

const beginning =
  'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"Let me"},"finish_reason":null}]}\n\n';

export function inject(fault: Fault, response: ServerResponse): void {
  switch (fault.kind) {
    case 'status':
      sendStatus(fault, response);
      return;
    case 'garbage':
      response.writeHead(200, { 'content-type': fault.contentType ?? 'text/html' });
      response.end(fault.body ?? '<html><body>Welcome to the proxy</body></html>');
      return;
    case 'empty':
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end();
      return;
    case 'hang':
      return;
    case 'stall':
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(beginning);
      return;
    case 'cut':
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      if (fault.politely) response.end(beginning);
      else response.write(beginning, () => response.destroy());
      return;
  }
}

function sendStatus(fault: Extract<Fault, { kind: 'status' }>, response: ServerResponse): void {
  response.writeHead(fault.status, {
    'content-type': 'application/json',
    ...(fault.retryAfter === undefined ? {} : { 'retry-after': fault.retryAfter }),
  });
  const error = {
    message: fault.message ?? `Injected failure ${fault.status}.`,
    type: 'injected',
    param: null,
    code: fault.code ?? null,
  };
  response.end(JSON.stringify({ error }));
}
