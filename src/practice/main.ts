/** The practice world's program (`practice.cjs`): wires the real parts into a process of their own. */
import { startLoopbackSsh } from './loopback-sshd';
import { startPracticeServers } from './servers/start';
import { startStandInModel } from './stand-in/server';
import { makeTeacher } from './stand-in/teacher';
import { makeWorld } from './world/world';
import { worldPaths } from './world-file';
import { runWorldProgram, type WorldPlace } from './world-program';
import type { WorldParts } from './world-process';

function realParts({ home, seed }: WorldPlace): WorldParts {
  const { datasets, papers, baseModel, docs, repositories } = makeWorld(seed);
  const models = [{ ...baseModel, folder: worldPaths(home, seed).baseModel }];
  return {
    startServers: ({ port, onRequest }) =>
      startPracticeServers({
        content: { datasets, papers, models, docs, repositories },
        port,
        faults: () => void onRequest(),
      }),
    startModel: ({ port, onRequest }) =>
      startStandInModel({ port, faults: () => void onRequest(), teacher: makeTeacher(seed) }),
    async startSsh({ port, folder }) {
      const { stop, host, user, keyPath, knownHostsPath, kind, ...server } = await startLoopbackSsh({
        home: folder,
        ...(port === 0 ? {} : { port }),
      });
      return { info: { host, port: server.port, user, keyPath, knownHostsPath, kind }, stop };
    },
  };
}

runWorldProgram(process.argv.slice(2), process.argv[1] ?? __filename, realParts).then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  },
);
