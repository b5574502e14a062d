/** A practice world with the smallest possible parts, as a process: `tiny-world.ts --home DIR --seed N`. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { runWorldProgram } from '../../src/practice/world-program';
import type { PartOptions } from '../../src/practice/world-process';

async function serve({ port, onRequest }: PartOptions) {
  const server = createServer((_request, response) => {
    onRequest();
    response.end('{}');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url, stop };
}

void runWorldProgram(process.argv.slice(2), process.argv[1] ?? __filename, () => ({
  async startServers(options) {
    const { url, stop } = await serve(options);
    return { hub: url, viewer: url, papers: url, arxiv: url, semanticScholar: url, gitHub: url, stop };
  },
  async startModel(options) {
    const { url, stop } = await serve(options);
    return { url: `${url}/v1`, model: 'tiny', stop };
  },
  async startSsh({ port }) {
    const { url, stop } = await serve({ port, onRequest: () => undefined });
    const info = { host: '127.0.0.1', port: Number(new URL(url).port), user: 'u', keyPath: '', knownHostsPath: '' };
    return { info: { ...info, kind: 'ssh2-server' }, stop };
  },
}));
