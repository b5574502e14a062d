/** A stand-in for a model that writes rows, on loopback: OpenAI's shapes, answers made from the request alone, failures on demand. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { writes } from './core/fake-teacher';

export interface TeacherCall {
  path: string;
  headers: IncomingHttpHeaders;
  body: { model: string; seed: number; max_tokens: number; messages: { role: string; content: string }[] };
}

/** What meets a request, counted from 1; undefined: an ordinary answer. */
export type Failing = (
  request: number,
) => { status: number; headers?: Record<string, string>; body: string } | undefined;

export class TeacherServer {
  readonly calls: TeacherCall[] = [];
  failing: Failing = () => undefined;
  private readonly server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      const body = JSON.parse(text) as TeacherCall['body'];
      this.calls.push({ path: request.url ?? '', headers: request.headers, body });
      const failure = this.failing(this.calls.length);
      response.writeHead(failure?.status ?? 200, { 'content-type': 'application/json', ...failure?.headers });
      response.end(failure?.body ?? this.answer(body));
    });
  });

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/v1`;
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private answer({ model, seed, messages }: TeacherCall['body']): string {
    const user = messages.at(-1)?.content ?? '';
    const content = writes({ system: '', user, seed, maxTokens: 0, temperature: 0 });
    return JSON.stringify({
      ...{ id: 'c', object: 'chat.completion', created: 1, model: `${model}-2026` },
      choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 100, completion_tokens: 50, total_tokens: 150 },
    });
  }
}
