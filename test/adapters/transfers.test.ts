/** Files both ways, input that streams, and tunnels: one contract for this machine, a real sshd, and a server without SFTP. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalShell } from '../../src/adapters/local-box/local-shell';
import { MlInternError } from '../../src/core/errors';
import type { BoxShell } from '../../src/core/ports/shell';
import { startTestSshd, type TestSshd } from '../support/sshd';

interface World {
  shell: BoxShell;
  cut?: () => Promise<void>;
  close(): Promise<void>;
}

const sha = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

function contract(name: string, open: () => Promise<World>) {
  describe(`transfers: ${name}`, () => {
    let world: World;
    let folder: string;
    let bytes: Buffer;
    const at = (file: string) => join(folder, file);

    before(async () => {
      world = await open();
      folder = await mkdtemp(join(tmpdir(), "ml-intern it's a-"));
      bytes = randomBytes(5_000_003);
      await writeFile(at('source'), bytes);
    });

    after(async () => {
      await world.shell.close();
      await world.close();
      await rm(folder, { recursive: true, force: true });
    });

    it('uploads and downloads, and tells how far it is', async () => {
      const up: number[] = [];
      await world.shell.upload(at('source'), at('-rf $(x)\n é'), { offset: 0, onProgress: (done) => up.push(done) });
      assert.equal(sha(await readFile(at('-rf $(x)\n é'))), sha(bytes));
      assert.equal(up.at(-1), bytes.length);
      assert.deepEqual(
        up,
        up.toSorted((a, b) => a - b),
      );
      const down: number[] = [];
      await world.shell.download(at('source'), at('down'), { offset: 0, onProgress: (done) => down.push(done) });
      assert.equal(sha(await readFile(at('down'))), sha(bytes));
      assert.equal(down.at(-1), bytes.length);
    });

    it('goes on where an earlier transfer ended, and drops what came after', async () => {
      const begun = Buffer.concat([bytes.subarray(0, 1_234_567), Buffer.alloc(6_000_000, 7)]);
      for (const direction of ['upload', 'download'] as const) {
        await writeFile(at(direction), begun);
        const progress: number[] = [];
        await world.shell[direction](at('source'), at(direction), {
          offset: 1_234_567,
          onProgress: (done) => progress.push(done),
        });
        assert.equal(sha(await readFile(at(direction))), sha(bytes));
        assert.ok((progress[0] ?? 0) > 1_234_567);
      }
    });

    it('moves empty files, and files that are there already', async () => {
      await writeFile(at('empty'), '');
      await world.shell.upload(at('empty'), at('empty-up'), { offset: 0 });
      assert.equal((await stat(at('empty-up'))).size, 0);
      await writeFile(at('longer'), Buffer.alloc(100));
      await writeFile(at('short'), 'ab');
      await world.shell.download(at('short'), at('longer'), { offset: 0 });
      assert.equal(await readFile(at('longer'), 'utf8'), 'ab');
      await world.shell.upload(at('short'), at('longer'), { offset: 2 });
      assert.equal(await readFile(at('longer'), 'utf8'), 'ab');
    });

    it('says what is wrong with a file that is not there', async () => {
      await assert.rejects(world.shell.download(at('nowhere'), at('x'), { offset: 0 }), /nowhere|does not exist/);
      await assert.rejects(world.shell.upload(at('source'), at('no/such/folder'), { offset: 0 }), /no\/such|not exist/);
      await assert.rejects(world.shell.upload(at('nowhere'), at('x'), { offset: 0 }), { code: 'ENOENT' });
    });

    it('stops in the middle when asked to, with a good beginning', async () => {
      const stopping = new AbortController();
      const onProgress = () => stopping.abort();
      await assert.rejects(
        world.shell.download(at('source'), at('part'), { offset: 0, signal: stopping.signal, onProgress }),
        {
          name: 'AbortError',
        },
      );
      const part = await readFile(at('part'));
      assert.ok(part.length > 0 && part.length < bytes.length);
      assert.equal(sha(part), sha(bytes.subarray(0, part.length)));
      const second = new AbortController();
      const up = { offset: 0, signal: second.signal, onProgress: () => second.abort() };
      await assert.rejects(world.shell.upload(at('source'), at('part-up'), up), { name: 'AbortError' });
      assert.equal((await world.shell.exec('echo on')).stdout, 'on\n');
    });

    it('streams input to a command that reads slowly, without holding it', async () => {
      let given = 0;
      async function* endless() {
        for (;;) {
          given += 65_536;
          yield Buffer.alloc(65_536);
          // Gives other events their turn.
          await new Promise((resolve) => setImmediate(resolve));
        }
      }
      const seen: string[] = [];
      const command = 'head -c 1000000 | wc -c';
      for await (const chunk of world.shell.stream(command, { stdin: endless() }))
        seen.push(Buffer.from(chunk).toString());
      assert.equal(seen.join('').trim(), '1000000');
      const after = given;
      await world.shell.exec('true');
      assert.ok(given <= after + 65_536, 'nobody reads any more, and nothing is made');
      assert.ok(given < 64 * 1024 * 1024, `${given} bytes were taken for one million`);
    });

    it('fails a stream whose input fails, with that failure', async () => {
      async function* broken() {
        yield Buffer.from('a');
        throw new Error('the source broke');
      }
      const reading = async () => {
        for await (const _ of world.shell.stream('cat', { stdin: broken() }));
      };
      await assert.rejects(reading(), /the source broke/);
    });

    describe('tunnels', () => {
      let service: Server;
      let port: number;

      before(async () => {
        service = createServer((socket) => {
          socket.on('error', () => socket.destroy());
          socket.on('data', (data) => socket.write(`<${data.toString()}>`));
        });
        service.listen(0, '127.0.0.1');
        await once(service, 'listening');
        port = (service.address() as AddressInfo).port;
      });

      after(() => service.close());

      it('leads a port of this machine to one of the box', async () => {
        const tunnel = await world.shell.tunnel(port);
        const [one, two] = await Promise.all([say(tunnel.port, 'one'), say(tunnel.port, 'two')]);
        assert.deepEqual([one, two], ['<one>', '<two>']);
        await tunnel.close();
      });

      it('takes the port that it is told to, and says when that is taken', async () => {
        const free = await freePort();
        const tunnel = await world.shell.tunnel(port, free);
        assert.equal(tunnel.port, free);
        assert.equal(await say(free, 'hello'), '<hello>');
        await assert.rejects(world.shell.tunnel(port, free), (error) => MlInternError.is(error, 'bad-input'));
        await tunnel.close();
        await assert.rejects(say(free, 'gone'), { code: 'ECONNREFUSED' });
      });

      it('opens before the service does, and outlives a lost connection', async () => {
        const late = await freePort();
        const tunnel = await world.shell.tunnel(late, await freePort());
        const server = createServer((socket) => socket.on('data', () => socket.end('late'))).listen(late, '127.0.0.1');
        await once(server, 'listening');
        assert.equal(await say(tunnel.port, 'x'), 'late');
        await world.cut?.();
        // The loss is noticed by whoever uses the connection next.
        await world.shell.exec('true').catch(() => undefined);
        assert.equal(await say(tunnel.port, 'x'), 'late');
        await tunnel.close();
        server.close();
      });
    });

    it('calls a connection that drops in the middle by its name, and can go on from there', async function () {
      if (!world.cut) return this.skip();
      const { cut } = world;
      let cuts = 0;
      const onProgress = () => {
        if (cuts++ === 0) void cut();
      };
      await writeFile(at('big'), randomBytes(40_000_000));
      await assert.rejects(world.shell.upload(at('big'), at('big-up'), { offset: 0, onProgress }), (error) =>
        MlInternError.is(error, 'box-lost-contact'),
      );
      const size = await stat(at('big-up')).then(
        (found) => found.size,
        () => 0,
      );
      assert.ok(size < 40_000_000);
      await world.shell.upload(at('big'), at('big-up'), { offset: size });
      assert.equal(sha(await readFile(at('big-up'))), sha(await readFile(at('big'))));
    });
  });
}

contract('this machine', () => Promise.resolve({ shell: new LocalShell(), close: () => Promise.resolve() }));
contract('a real sshd', () => over(startTestSshd()));
contract('a server without SFTP (ssh2’s, a stand-in)', () => over(startTestSshd('ssh2-server')));
contract('ssh through the system’s program', overSystemSsh);

async function overSystemSsh(): Promise<World> {
  const server = await startTestSshd();
  return { shell: await server.programShell(), cut: () => server.dropConnections(), close: () => server.stop() };
}

async function over(starting: Promise<TestSshd>): Promise<World> {
  const server = await starting;
  return { shell: server.shell(), cut: () => server.dropConnections(), close: () => server.stop() };
}

function say(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.once('error', reject);
    socket.once('data', (data) => {
      resolve(data.toString());
      socket.destroy();
    });
    socket.once('close', () => reject(new Error('closed without an answer')));
  });
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  await new Promise<void>((resolve) => probe.close(() => resolve()));
  return port;
}
