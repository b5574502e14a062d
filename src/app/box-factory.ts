/** The Box for a name: the local machine, a host over SSH, either as the login node of a Slurm cluster, or HF Jobs. */
import { join } from 'node:path';
import { readBoxPackage } from '../adapters/files/box-package';
import { localFiles } from '../adapters/files/local-files';
import { parseHfJobsName, type HfJobsName } from '../adapters/hf-jobs/box-name';
import { HfJobsBox } from '../adapters/hf-jobs/hf-jobs-box';
import { LocalShell } from '../adapters/local-box/local-shell';
import { systemClock } from '../adapters/system/clock';
import { parseBoxName } from '../core/box/scheduler';
import { SupervisedBox } from '../core/box/supervised-box';
import type { Box } from '../core/ports/box';
import type { Flavor } from '../core/ports/hardware';
import type { BoxShell } from '../core/ports/shell';
import type { PracticeWorldInfo } from '../practice/world-file';
import type { AppOptions } from './options';
import { openSshShell } from './ssh-transport';

export async function openBox(
  name: string,
  options: AppOptions,
  practice?: { world: PracticeWorldInfo; root: string },
): Promise<Box> {
  const packageFiles = await readBoxPackage(join(options.productRoot, 'box'));
  const rented = practice ? undefined : parseHfJobsName(name);
  if (rented) return hfJobsBox(name, rented, packageFiles, options);
  const { host, scheduler } = parseBoxName(name, options.settings.slurmOptions ?? []);
  const shell = await openShell(host, options, practice?.world);
  const root = practice?.root ?? options.settings.boxRoot ?? '';
  return new SupervisedBox({
    name,
    shell,
    files: { transfer: shell, local: localFiles },
    packageFiles,
    hub: practice?.world.hub ?? options.settings.hubEndpoint,
    clock: systemClock,
    logger: options.logger,
    ...(root === '' ? {} : { root }),
    ...(options.settings.boxQuotaBytes === undefined ? {} : { quotaBytes: options.settings.boxQuotaBytes }),
    ...(scheduler ? { scheduler } : {}),
  });
}

/** What can be rented by the hour, the cheapest first. Needs no account. */
export function listHardware(options: AppOptions): Promise<Flavor[]> {
  return hfJobsBox('hf-jobs', { flavor: '' }, {}, options).hardware();
}

function hfJobsBox(
  name: string,
  rented: HfJobsName,
  packageFiles: Record<string, string>,
  { settings, secrets }: AppOptions,
): HfJobsBox {
  const { hubEndpoint: endpoint, hfJobs } = settings;
  const token = () => secrets.get(`hub:${endpoint}`);
  return new HfJobsBox({ name, ...rented, ...hfJobs, endpoint, token, packageFiles, clock: systemClock });
}

export async function openShell(name: string, options: AppOptions, world?: PracticeWorldInfo): Promise<BoxShell> {
  if (!world && name === 'local') return new LocalShell();
  if (!world) return openSshShell(name, options);
  const { SshShell } = await import('../adapters/ssh/all');
  const { host, port, user, keyPath, knownHostsPath } = world.ssh;
  return new SshShell({
    host,
    overrides: { hostname: host, port, user, identityFile: keyPath, knownHostsFile: knownHostsPath },
  });
}
