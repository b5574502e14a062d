/** Starts the practice world's servers on loopback. The Hub and its paper pages share a port, as on the real site. */
import { ar5iv, arxiv } from './arxiv';
import type { WorldContent } from './content';
import { docs } from './docs';
import { firstOf, type Handler, type LoggedRequest, type Service } from './exchange';
import type { FaultHook } from './faults';
import { gitHub } from './github';
import { listen, type RunningServer } from './http';
import { hubApi } from './hub';
import type { TokenRole } from './hub-access';
import { hubFiles } from './hub-files';
import { hubWrites } from './hub-writes';
import { PracticeJobs, type PracticeJobsOptions } from './jobs';
import { papers } from './papers';
import { Repositories } from './repository';
import { semanticScholar } from './semantic-scholar';
import { viewer } from './viewer';

export interface PracticeServerOptions {
  content: WorldContent;
  /** Port of the Hub, so that jobs on the box find it again after a restart; any free one when absent. */
  port?: number;
  /** The one token that opens gated and private repositories. */
  token?: string;
  /** What the token may do; absent: write. */
  role?: TokenRole;
  /** Most that may be stored with LFS; absent: no limit. */
  quotaBytes?: number;
  /** What is larger is uploaded in parts of this size; absent: nothing is. */
  partBytes?: number;
  faults?: FaultHook;
  /** Lets whoever has the token run commands on this machine; without it the Hub offers no jobs. */
  jobs?: PracticeJobsOptions;
}

export interface PracticeServers {
  hub: string;
  viewer: string;
  papers: string;
  arxiv: string;
  ar5iv: string;
  semanticScholar: string;
  gitHub: string;
  jobs: PracticeJobs | undefined;
  /** What was asked so far, oldest first. */
  requests(): readonly LoggedRequest[];
  stop(): Promise<void>;
}

export async function startPracticeServers(options: PracticeServerOptions): Promise<PracticeServers> {
  const { content, token, port = 0, faults = () => undefined } = options;
  const requests: LoggedRequest[] = [];
  const start = (handler: Handler, serviceOf: (path: string) => Service, at = 0) =>
    listen({ port: at, handler, serviceOf, faults, log: (entry) => requests.push(entry) });
  const repositories = new Repositories(content);
  const account = { token, ...(options.role === undefined ? {} : { role: options.role }) };
  const jobs = options.jobs && new PracticeJobs(options.jobs, token);
  const hubHandler = firstOf([
    papers(content),
    docs(content),
    ...(jobs ? [jobs.handler] : []),
    hubWrites(repositories, { ...account, quotaBytes: options.quotaBytes, partBytes: options.partBytes }),
    hubApi(repositories, account),
    hubFiles(repositories, token),
  ]);
  const hub = await start(hubHandler, hubServiceOf, port);
  let arxivUrl = '';
  const others = await Promise.all([
    start(viewer(content, repositories, token), () => 'viewer'),
    start(arxiv(content), () => 'arxiv'),
    start(
      ar5iv(content, () => arxivUrl),
      () => 'ar5iv',
    ),
    start(semanticScholar(content), () => 'semantic-scholar'),
    start(gitHub(content), () => 'github'),
  ]);
  const [viewerServer, arxivServer, ar5ivServer, scholarServer, gitHubServer] = others;
  arxivUrl = arxivServer.url;
  return {
    hub: hub.url,
    viewer: viewerServer.url,
    papers: hub.url,
    arxiv: arxivServer.url,
    ar5iv: ar5ivServer.url,
    semanticScholar: scholarServer.url,
    gitHub: gitHubServer.url,
    jobs,
    requests: () => requests,
    stop: async () => {
      await jobs?.stop();
      await stopAll([hub, ...others]);
    },
  };
}

function hubServiceOf(path: string): Service {
  if (/^\/(api\/)?(papers|daily_papers|arxiv)(\/|$)/.test(path)) return 'papers';
  return /^\/(api\/)?docs(\/|$)/.test(path) ? 'docs' : 'hub';
}

async function stopAll(servers: readonly RunningServer[]): Promise<void> {
  await Promise.all(servers.map((server) => server.stop()));
}
