/** What the Boxes view reads: the machines a person may look at, and what was found on those that they looked at. Connects to nothing by itself. */
import * as vscode from 'vscode';
import { cannot, type OpenedBox } from '../../core/box/opened-box';
import { isAbort, toMlInternError } from '../../core/errors';
import { finalStates, type BoxCard, type JobStatus } from '../../core/ports/box';
import type { BoxUsage } from '../../core/ports/box-keeping';
import type { Tunnel } from '../../core/ports/shell';

export type BoxState =
  | { name: 'unchecked' }
  | { name: 'checking' }
  | { name: 'failed'; message: string; next: string }
  | { name: 'checked'; card: BoxCard; jobs: JobStatus[] };

export interface Forwarding {
  remote: number;
  local: number;
}

export interface BoxView {
  host: string;
  state: BoxState;
  usage: BoxUsage | 'counting' | null;
  /** What the person set as the most that our folder may hold. */
  quotaBytes?: number | undefined;
  forwardings: readonly Forwarding[];
}

interface Known {
  state: BoxState;
  usage: BoxUsage | 'counting' | null;
  opened?: Promise<OpenedBox>;
  checking?: AbortController;
  tunnels: { remote: number; tunnel: Tunnel }[];
}

export interface BoxSources {
  /** Hosts that can be named without loading anything: this machine, the settings' box, the boxes of runs. */
  near(): string[];
  /** Hosts of the SSH configuration. */
  far(): Promise<string[]>;
  open(host: string): Promise<OpenedBox>;
  quotaBytes?(): number | undefined;
}

export class BoxesModel implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  private readonly known = new Map<string, Known>();
  private far: string[] = [];
  private refreshing = false;

  constructor(private readonly sources: BoxSources) {}

  views(): BoxView[] {
    return this.hosts().map((host) => {
      const { state, usage, tunnels } = this.at(host);
      const forwardings = tunnels.map(({ remote, tunnel }) => ({ remote, local: tunnel.port }));
      return { host, state, usage, forwardings, quotaBytes: this.sources.quotaBytes?.() };
    });
  }

  hosts(): string[] {
    return [...new Set([...this.sources.near(), ...this.far])];
  }

  /** Once the view is seen; reading a file is no connection. */
  async findHosts(): Promise<void> {
    this.far = await this.sources.far();
    this.changed.fire();
  }

  /** A connection that is open already, or a new one. */
  box(host: string): Promise<OpenedBox> {
    const known = this.at(host);
    known.opened ??= this.sources.open(host).catch((error: unknown) => {
      delete known.opened;
      throw error;
    });
    return known.opened;
  }

  async check(host: string): Promise<void> {
    const known = this.at(host);
    if (known.checking !== undefined) return;
    const checking = new AbortController();
    known.checking = checking;
    const before = known.state;
    this.set(known, { name: 'checking' });
    try {
      const box = await this.box(host);
      const [card, jobs] = await Promise.all([box.check(checking.signal), box.list(checking.signal)]);
      this.set(known, { name: 'checked', card, jobs });
    } catch (error) {
      if (isAbort(error)) return this.set(known, before);
      this.fail(known, error);
    } finally {
      delete known.checking;
    }
  }

  cancelCheck(host: string): void {
    this.at(host).checking?.abort();
  }

  async count(host: string): Promise<void> {
    const known = this.at(host);
    const box = await this.box(host);
    if (box.usage === undefined || known.usage === 'counting') return;
    const before = known.usage;
    known.usage = 'counting';
    this.changed.fire();
    try {
      known.usage = await box.usage();
    } catch (error) {
      known.usage = before;
      throw error;
    } finally {
      this.changed.fire();
    }
  }

  /** Reads the jobs of the boxes anew on which some are under way. */
  async refreshJobs(): Promise<void> {
    const busy = [...this.known].filter(([, { state }]) => state.name === 'checked' && state.jobs.some(isUnderWay));
    if (this.refreshing) return;
    this.refreshing = true;
    const readings = busy.map(([host, known]) =>
      this.readJobs(host).catch((error: unknown) => this.fail(known, error)),
    );
    await Promise.all(readings).finally(() => (this.refreshing = false));
  }

  async readJobs(host: string): Promise<void> {
    const known = this.at(host);
    if (known.state.name !== 'checked') return;
    const jobs = await (await this.box(host)).list();
    if (known.state.name === 'checked') this.set(known, { ...known.state, jobs });
  }

  async forward(host: string, remote: number, local?: number): Promise<number> {
    const box = await this.box(host);
    if (box.tunnel === undefined) throw cannot(box, 'forward a port');
    const tunnel = await box.tunnel(remote, local);
    this.at(host).tunnels.push({ remote, tunnel });
    this.changed.fire();
    return tunnel.port;
  }

  async endForwarding(host: string, local: number): Promise<void> {
    const known = this.at(host);
    const ended = known.tunnels.filter(({ tunnel }) => tunnel.port === local);
    known.tunnels = known.tunnels.filter((each) => !ended.includes(each));
    this.changed.fire();
    await Promise.all(ended.map(({ tunnel }) => tunnel.close()));
  }

  /** Lets go of the connections; what runs on the boxes goes on. */
  dispose(): void {
    this.changed.dispose();
    for (const { opened, checking } of this.known.values()) {
      checking?.abort();
      void opened?.then((box) => box.close()).catch(() => undefined);
    }
    this.known.clear();
  }

  private at(host: string): Known {
    const known = this.known.get(host) ?? { state: { name: 'unchecked' }, usage: null, tunnels: [] };
    this.known.set(host, known);
    return known;
  }

  /** The next try begins with a connection of its own. */
  private fail(known: Known, error: unknown): void {
    void known.opened?.then((box) => box.close()).catch(() => undefined);
    delete known.opened;
    const { message, next } = toMlInternError(error);
    this.set(known, { name: 'failed', message, next });
  }

  private set(known: Known, state: BoxState): void {
    known.state = state;
    this.changed.fire();
  }
}

export function isUnderWay({ state }: JobStatus): boolean {
  return !finalStates.has(state);
}
