/** A model endpoint whose mood a test changes while runs go on: it fails in a given way, or answers every chat with one call of `plan`. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inject, type Fault } from '../../../src/practice/stand-in/faults';

export type Mood = Fault | { kind: 'hang up' } | { kind: 'well' };

const model = 'moody';

export class MoodyEndpoint {
  mood: Mood = { kind: 'well' };
  private chats = 0;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<MoodyEndpoint> {
    const server = createServer((request, response) => endpoint.answer(request, response));
    const endpoint = new MoodyEndpoint(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return endpoint;
  }

  get model(): { baseUrl: string; name: string } {
    return { baseUrl: `http://${this.host}/v1`, name: model };
  }

  get host(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    request.resume();
    const { mood } = this;
    if (mood.kind === 'hang up') response.destroy();
    else if (mood.kind !== 'well') inject(mood, response);
    else if (request.url === '/v1/models') response.end(JSON.stringify({ data: [{ id: model }] }));
    else this.plan(response);
  }

  private plan(response: ServerResponse): void {
    this.chats += 1;
    const args = JSON.stringify({ items: [{ text: `Step ${this.chats}`, state: 'doing' }] });
    const call = { index: 0, id: `plan-${this.chats}`, type: 'function', function: { name: 'plan', arguments: args } };
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const [delta, reason] of [
      [{ role: 'assistant', content: '', tool_calls: [call] }, null],
      [{}, 'tool_calls'],
    ])
      response.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: reason }] })}\n\n`);
    response.end('data: [DONE]\n\n');
  }
}
