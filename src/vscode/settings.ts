/** The settings as typed values; the only place that reads them. */
import * as vscode from 'vscode';
import type { Judge } from '../core/evaluation/benchmark';
import type { Autonomy, Budget } from '../core/run/types';
import { usualStopOn } from '../core/run/watch-rules';
import type { Settings as EngineSettings, SshTransport } from '../app/options';

export interface Settings {
  engine: EngineSettings;
  model: { baseUrl: string; name: string };
  /** Undefined unless both its address and its model are set. */
  judge: Judge | undefined;
  boxHost: string;
  /** Folders of it whose data files the agent may read. */
  boxData: string[];
  autonomy: Autonomy;
  budget: Budget;
  /** As the settings have it: not yet known to be names of rules. */
  stopOn: readonly unknown[];
  autoOpenApprovals: boolean;
  notifyApprovals: boolean;
}

export function readSettings(): Settings {
  const settings = vscode.workspace.getConfiguration('mlIntern');
  const text = (name: string): string => settings.get<string>(name, '').trim();
  const gpuHours = settings.get<number | null>('budget.gpuHours', null);
  const quota = settings.get<number | null>('box.quotaGiB', null);
  return {
    engine: {
      boxRoot: text('box.root'),
      sshTransport: settings.get<SshTransport>('box.transport', 'auto'),
      slurmOptions: settings.get<string[]>('box.slurm', []),
      boxQuotaBytes: quota === null ? undefined : quota * 2 ** 30,
      hfJobs: { image: text('hfJobs.image') || undefined, volume: text('hfJobs.volume') || undefined },
      hubEndpoint: text('hub.endpoint'),
      viewerEndpoint: text('viewer.endpoint'),
      modelContextTokens: settings.get<number>('model.contextTokens', 65_536),
      offline: settings.get<boolean>('offline', false),
      licence: licencePolicy({
        allow: settings.get<string[]>('licence.allow', []),
        ask: settings.get<string[]>('licence.ask', []),
        deny: settings.get<string[]>('licence.deny', []),
      }),
      teacherPolicy: text('teachers.policy'),
    },
    model: { baseUrl: text('model.baseUrl'), name: text('model.name') },
    judge: judgeOf(text('judge.url'), text('judge.model')),
    boxHost: text('box.host') || 'local',
    boxData: settings.get<string[]>('box.dataFolders', []).filter((folder) => folder.trim() !== ''),
    autonomy: settings.get<Autonomy>('run.autonomy', 'ask-data-and-scripts'),
    budget: {
      wallHours: settings.get<number>('budget.wallHours', 8),
      ...(gpuHours === null ? {} : { gpuHours }),
      modelTokens: settings.get<number>('budget.modelTokens', 2_000_000),
      experiments: settings.get<number>('budget.experiments', 12),
    },
    stopOn: settings.get<unknown[]>('watch.stopOn', [...usualStopOn]),
    autoOpenApprovals: settings.get<boolean>('approvals.autoOpen', false),
    notifyApprovals: settings.get<boolean>('approvals.notify', true),
  };
}

function judgeOf(url: string, model: string): Judge | undefined {
  return url === '' || model === '' ? undefined : { url, model };
}

function licencePolicy({ allow, ask, deny }: Record<'allow' | 'ask' | 'deny', string[]>): EngineSettings['licence'] {
  if (allow.length + ask.length + deny.length === 0) return undefined;
  const lower = (names: string[]): string[] => names.map((name) => name.trim().toLowerCase());
  return { allow: lower(allow), ask: lower(ask), deny: lower(deny) };
}
