/**
 * A small OpenAI-compatible server that answers with what a test scripted, as a stream or, on demand, as an HTTP failure. By default the
 * answer is chosen by how many answers the conversation holds already, so a conversation that is taken up again goes on where it stood.
 */
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { modelErrorFrom } from '../../../src/core/model-errors';
import type { ModelEndpoint } from '../../../src/core/ports/model';

export interface WireMessage {
  role: string;
  content: string | null;
  tool_call_id?: string;
  tool_calls?: { id: string; function: { name: string; arguments: string } }[];
}

export interface Call {
  id?: string;
  name: string;
  /** A string is sent as it stands, e.g. broken JSON. */
  args: Record<string, unknown> | string;
}

export type Answer =
  { text?: string; calls?: Call[]; usage?: [number, number] | null } | { status: number; body?: object };
export type Choose = (messages: readonly WireMessage[], request: number) => Answer | Promise<Answer>;

export class ScriptedModel {
  readonly requests: WireMessage[][] = [];
  private constructor(
    private readonly server: Server,
    readonly baseUrl: string,
  ) {}

  static async start(answers: readonly Answer[] | Choose): Promise<ScriptedModel> {
    const choose = typeof answers === 'function' ? answers : byTurn(answers);
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        const { messages } = JSON.parse(body) as { messages: WireMessage[] };
        model.requests.push(messages);
        void Promise.resolve(choose(messages, model.requests.length)).then((answer) => send(response, answer));
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const model = new ScriptedModel(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`);
    return model;
  }

  get endpoint(): ModelEndpoint {
    return {
      baseUrl: this.baseUrl,
      model: 'scripted',
      apiKey: () => Promise.resolve(undefined),
      fetch: globalThis.fetch,
      classify: (error) => modelErrorFrom(error) ?? error,
      probe: () => Promise.resolve(),
    };
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}

/** The n-th answer to a conversation with n answers; after the last one the model has nothing to add. */
function byTurn(answers: readonly Answer[]): Choose {
  return (messages) =>
    answers[messages.filter(({ role }) => role === 'assistant').length] ?? { text: 'Nothing to add.' };
}

function send(response: ServerResponse, answer: Answer): void {
  if (response.destroyed) return;
  if ('status' in answer) {
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer.body ?? { error: { message: `scripted ${answer.status}` } }));
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const chunk of chunks(answer)) response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  response.end('data: [DONE]\n\n');
}

function* chunks({ text = '', calls = [], usage = [10, 5] }: Exclude<Answer, { status: number }>): Generator<object> {
  const envelope = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'scripted' };
  const delta = (part: object, finish: string | null = null) => ({
    ...envelope,
    choices: [{ index: 0, delta: part, finish_reason: finish }],
  });
  yield delta({ role: 'assistant', content: '' });
  for (const word of text.match(/\s*\S+\s*/g) ?? []) yield delta({ content: word });
  for (const [index, call] of calls.entries()) {
    const args = typeof call.args === 'string' ? call.args : JSON.stringify(call.args);
    const half = Math.ceil(args.length / 2);
    const id = call.id === undefined ? {} : { id: call.id };
    yield delta({ tool_calls: [{ index, ...id, type: 'function', function: { name: call.name, arguments: '' } }] });
    yield delta({ tool_calls: [{ index, function: { arguments: args.slice(0, half) } }] });
    yield delta({ tool_calls: [{ index, function: { arguments: args.slice(half) } }] });
  }
  yield delta({}, calls.length > 0 ? 'tool_calls' : 'stop');
  if (usage)
    yield {
      ...envelope,
      choices: [],
      usage: { prompt_tokens: usage[0], completion_tokens: usage[1], total_tokens: usage[0] + usage[1] },
    };
}
