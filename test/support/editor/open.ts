// `npm run code`: VS Code in the browser with the freshly built extension and a practice workspace, until Ctrl-C.
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { mustRun, seconds } from '../process';
import { REPOSITORY } from './extension';
import { installServer } from './install';
import { startServer, type Server } from './server';

interface Choices {
  workspace: string;
  port?: string;
  build: boolean;
}

const WELCOME = `# Practice workspace

Press F1, choose **ML Intern: Start Post-Training Run**, then **Practice run**. It needs no key, no GPU and no account.
Everything that a run writes appears in \`ml-intern/\` beside this file.
`;

async function open(choices: Choices): Promise<void> {
  const install = await installServer();
  if (choices.build) {
    const started = Date.now();
    await mustRun(process.execPath, ['esbuild.mjs'], { cwd: REPOSITORY });
    console.log(`  built the extension (${seconds(started)})`);
  }
  const workspace = prepareWorkspace(resolve(choices.workspace));
  const folder = mkdtempSync(join(tmpdir(), 'mli-'));
  const clean = (): void => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  try {
    const server = await startServer({
      install,
      folder,
      userData: join(REPOSITORY, '.cache/code'),
      extension: { developmentPath: REPOSITORY },
      ...(choices.port === undefined ? {} : { port: Number(choices.port) }),
    });
    await untilStopped(server, workspace);
  } finally {
    clean();
  }
}

function prepareWorkspace(folder: string): string {
  if (!existsSync(folder)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'README.md'), WELCOME);
  }
  return folder;
}

async function untilStopped(server: Server, workspace: string): Promise<void> {
  console.log(`\n  VS Code is running. Open in your browser:\n`);
  console.log(`    ${server.url}/?folder=${encodeURIComponent(workspace)}\n`);
  console.log(`  Then press F1 and choose "ML Intern: Start Post-Training Run". Ctrl-C here stops it.`);
  const stopped = new Promise<void>((done) => {
    process.once('SIGINT', () => done());
    process.once('SIGTERM', () => done());
  });
  const keepAlive = setInterval(() => undefined, 60_000);
  await stopped;
  clearInterval(keepAlive);
  console.log('\n  stopping ...');
  await server.close();
}

const program = new Command('code')
  .description('Opens VS Code in the browser with this extension in it.')
  .option('--workspace <folder>', 'folder to open', join(REPOSITORY, '.cache/practice-workspace'))
  .option('--port <number>', 'port on 127.0.0.1 (any free one unless named)')
  .option('--no-build', 'use out/ as it is')
  .action(open);

program.parseAsync().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
