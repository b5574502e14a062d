/** The miniature Hub's jobs: run, list, inspect, cancel, follow the log, hardware. Commands run as processes of this machine. */
import { json, type Handler, type PracticeRequest, type Reply } from './exchange';
import { tokenOf } from './hub-access';
import { jobHardware } from './job-hardware';
import { jobSpecSchema, PracticeJob, type JobSpec, type JobSurroundings } from './practice-job';

export interface PracticeJobsOptions extends Partial<JobSurroundings> {
  /** Buckets, mount points and the jobs' own folders lie here; nothing outside it is linked or written. */
  folder: string;
  keepAliveMs?: number;
  pageSize?: number;
  /** Whether the account can pay; asked for each new job. */
  hasCredit?: () => boolean;
}

/** Who may run jobs here: the token's own account, and one organization. */
const owners = [
  { name: 'practice', type: 'user' },
  { name: 'glim', type: 'org' },
] as const;

const usualGraceMs = 10_000;
const usualKeepAliveMs = 30_000;

export class PracticeJobs {
  private readonly jobs: PracticeJob[] = [];
  private readonly ends: Promise<void>[] = [];

  constructor(
    private readonly options: PracticeJobsOptions,
    private readonly token: string | undefined,
  ) {}

  readonly handler: Handler = async (request) => {
    const [, namespace, id, action] = /^\/api\/jobs\/([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?$/.exec(request.path) ?? [];
    if (namespace === undefined) return undefined;
    if (namespace === 'hardware') return json(jobHardware);
    return this.refuse(request, namespace) ?? (await this.answer(request, namespace, id, action));
  };

  /** For tests: what the service knows, the newest last. */
  all(): readonly PracticeJob[] {
    return this.jobs;
  }

  /** Ends every job, and waits for them. */
  async stop(): Promise<void> {
    for (const job of this.jobs) if (!job.isOver) job.cancel();
    await Promise.all(this.ends);
  }

  private refuse(request: PracticeRequest, namespace: string): Reply | undefined {
    const given = tokenOf(request);
    if (given === undefined || given !== this.token) return failure(401, 'Invalid username or password.');
    const known = owners.some((owner) => owner.name === namespace);
    return known ? undefined : failure(403, `You don't have the permission to manage jobs of ${namespace}.`);
  }

  private answer(request: PracticeRequest, namespace: string, id?: string, action?: string): Reply | undefined {
    if (id === undefined)
      return request.method === 'POST' ? this.create(request, namespace) : this.list(request, namespace);
    const job = this.jobs.find((each) => each.id === id && each.owner.name === namespace);
    if (job === undefined) return failure(404, 'Job not found');
    if (action === undefined) return json(job.answer());
    if (action === 'cancel' && request.method === 'POST') {
      if (!job.isOver) job.cancel();
      return json(job.answer());
    }
    return action === 'logs' ? this.logs(request, job) : undefined;
  }

  private create(request: PracticeRequest, namespace: string): Reply {
    const spec = parseSpec(request.body);
    if (typeof spec === 'string') return failure(400, spec);
    if (this.options.hasCredit?.() === false) {
      const text = 'Pre-paid credit balance is insufficient - add more credits to your account to use Jobs.';
      return failure(402, text);
    }
    const owner = owners.find((each) => each.name === namespace) ?? owners[0];
    const { schedulingMs = 0, graceMs = usualGraceMs, startFailure = () => undefined, folder } = this.options;
    const job = new PracticeJob(spec, owner, { schedulingMs, graceMs, startFailure, folder });
    this.jobs.push(job);
    this.ends.push(job.run());
    return json(job.answer());
  }

  /** The newest first, a page at a time. */
  private list(request: PracticeRequest, namespace: string): Reply {
    const { query } = request;
    const stages = query.getAll('stage');
    const labels = query.getAll('label').map((label) => label.split(/=(.*)/s));
    const found = this.jobs
      .filter((job) => job.owner.name === namespace)
      .filter((job) => stages.length === 0 || stages.includes(job.stage))
      .filter((job) => labels.every(([key = '', value]) => job.spec.labels?.[key] === value))
      .reverse();
    const start = Number(query.get('cursor') ?? 0);
    const end = start + (this.options.pageSize ?? 100);
    query.set('cursor', String(end));
    const next = { link: `<${request.self}${request.path}?${query}>; rel="next"` };
    return json(
      found.slice(start, end).map((job) => job.answer()),
      end < found.length ? next : {},
    );
  }

  private logs(request: PracticeRequest, job: PracticeJob): Reply {
    const tail = request.query.get('tail');
    const body = {
      open: () =>
        job.log.events(this.options.keepAliveMs ?? usualKeepAliveMs, tail === null ? undefined : Number(tail)),
    };
    return { status: 200, headers: { 'content-type': 'text/event-stream' }, body };
  }
}

/** The specification, or what is wrong with it. */
function parseSpec(body: string): JobSpec | string {
  try {
    const spec = jobSpecSchema.parse(JSON.parse(body));
    if ((spec.dockerImage === undefined) === (spec.spaceId === undefined))
      return 'Give one of dockerImage and spaceId.';
    return jobHardware.some(({ name }) => name === spec.flavor) ? spec : `Unknown flavor: ${spec.flavor}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function failure(status: number, error: string): Reply {
  return json({ error }, { 'x-error-message': error }, status);
}
