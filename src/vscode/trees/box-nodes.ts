/** Rows of the Boxes tree: each machine with what it has, who uses it, what it lacks, and the jobs on it. */
import type { BoxCard, GpuInfo } from '../../core/ports/box';
import type { BoxUsage } from '../../core/ports/box-keeping';
import { sizeText } from '../../core/size';
import type { BoxState, BoxView } from '../boxes/boxes-model';
import { brief } from '../format';
import { boxJobNodes } from './box-job-nodes';
import type { TreeNode } from './node';

type Checked = Extract<BoxState, { name: 'checked' }>;

export function boxNodes(views: readonly BoxView[]): TreeNode[] {
  const boxes = views.map(boxNode);
  return views.some(({ host }) => host !== 'local') ? boxes : [...boxes, howToAdd];
}

const howToAdd: TreeNode = {
  id: 'box-add',
  label: 'Add your box',
  description: 'in ~/.ssh/config, or in the settings',
  tooltip: 'Any machine that you reach with ssh and that has bash and Python 3. Its name appears here.',
  icon: 'add',
  command: 'mlIntern.settings.open',
};

function boxNode(view: BoxView): TreeNode {
  const { host, state } = view;
  const description = describe(state);
  return {
    id: `box/${host}`,
    label: host === 'local' ? 'This machine' : host,
    description,
    tooltip: state.name === 'failed' ? `${state.message}\n${state.next}` : description,
    ...icon(state),
    kind: `box ${state.name}`,
    spoken: `Box ${host === 'local' ? 'this machine' : host}, ${description}`,
    box: host,
    children: children(view),
  };
}

function describe(state: BoxState): string {
  if (state.name === 'unchecked') return 'not checked yet';
  if (state.name === 'checking') return 'checking …';
  if (state.name === 'failed') return brief(state.message, 80);
  const { card, jobs } = state;
  const running = jobs.filter(({ state: now }) => now === 'running' || now === 'stalled').length;
  const parts = [gpusInWords(card.gpus)];
  if (running > 0) parts.push(running === 1 ? '1 job runs' : `${running} jobs run`);
  if (card.missing.length > 0)
    parts.push(card.missing.length === 1 ? '1 thing missing' : `${card.missing.length} things missing`);
  return parts.join(' · ');
}

function gpusInWords(gpus: readonly GpuInfo[]): string {
  const [first] = gpus;
  if (first === undefined) return 'no GPU';
  return gpus.length === 1 ? first.name : `${gpus.length} × ${first.name}`;
}

function icon(state: BoxState): Pick<TreeNode, 'icon' | 'iconColor'> {
  if (state.name === 'checking') return { icon: 'loading~spin' };
  if (state.name === 'failed') return { icon: 'error', iconColor: 'charts.red' };
  if (state.name === 'unchecked') return { icon: 'vm' };
  return state.card.missing.length > 0
    ? { icon: 'warning', iconColor: 'charts.yellow' }
    : { icon: 'vm-active', iconColor: 'charts.green' };
}

function children(view: BoxView): TreeNode[] {
  const { host, state } = view;
  const row = rowOf(`box/${host}`, host);
  if (state.name === 'unchecked')
    return [
      {
        ...row('Check this box', 'what it has, what it lacks, what runs on it', 'search'),
        command: 'mlIntern.box.check',
      },
    ];
  if (state.name === 'checking')
    return [{ ...row('Checking …', 'click to cancel', 'loading~spin'), command: 'mlIntern.box.cancelCheck' }];
  if (state.name === 'failed')
    return [
      row('What happened', state.message, 'error'),
      row('What to do', state.next, 'lightbulb'),
      { ...row('Try again', '', 'refresh'), command: 'mlIntern.box.check' },
    ];
  return [...missing(state, host), jobs(state, host), ...facts(state, host), folder(view), ...forwardings(view)];
}

function missing({ card }: Checked, host: string): TreeNode[] {
  return card.missing.map(({ what, mend }, index) => ({
    ...rowOf(`box/${host}/missing ${index}`, host)('Missing', what, 'warning'),
    id: `box/${host}/missing ${index}`,
    tooltip: `Missing: ${what}\nMend it with: ${mend}`,
    iconColor: 'charts.yellow',
    kind: 'boxMend',
    command: 'mlIntern.box.mend',
    mend,
    spoken: `Missing: ${what}. Click to copy the command that mends it: ${mend}`,
  }));
}

function jobs(state: Checked, host: string): TreeNode {
  return {
    id: `box/${host}/jobs`,
    label: 'Jobs',
    description: state.jobs.length === 0 ? 'none yet' : String(state.jobs.length),
    icon: 'server-process',
    expanded: true,
    children: boxJobNodes(host, state.jobs),
  };
}

function facts({ card }: Checked, host: string): TreeNode[] {
  const row = rowOf(`box/${host}`, host);
  return [
    ...card.gpus.map((gpu) => gpuNode(gpu, host)),
    ...(card.gpus.length === 0 ? [row('GPU', 'none: training runs on the CPU', 'circuit-board')] : []),
    row('System', `${card.os}${card.host === '' ? '' : ` · ${card.host}`}`, 'device-desktop'),
    row('CPU', `${card.cpus} cores · ${mib(card.memoryFreeMiB)} of ${mib(card.memoryMiB)} memory free`, 'chip'),
    row('Disk', `${mib(card.diskFreeMiB)} of ${mib(card.diskTotalMiB)} free at ${card.root}`, 'database'),
    row('Python', `${card.python} · ${card.uv === null ? 'venv and pip' : `uv (${card.uv})`}`, 'symbol-method'),
    ...card.network.map(({ name, url, reachable, detail }) =>
      row(`Network: ${name}`, `${reachable ? 'answers' : 'does not answer'} · ${url} · ${detail}`, 'globe'),
    ),
    row('Clock', clock(card), 'watch'),
    ...(card.scheduler === null ? [] : [row('Scheduler', 'Slurm', 'layers')]),
  ];
}

function gpuNode(gpu: GpuInfo, host: string): TreeNode {
  const id = `box/${host}/gpu ${gpu.index}`;
  const row = rowOf(id, host);
  const used = `${mib(gpu.usedMiB)} of ${mib(gpu.memoryMiB)} used · ${Math.round(gpu.utilisation)} % busy`;
  return {
    ...rowOf(`box/${host}`, host)(`GPU ${gpu.index}`, `${gpu.name} · ${used}`, 'circuit-board'),
    id,
    tooltip: `${gpu.name}\n${used}\nDriver ${gpu.driver}`,
    children: gpu.users.map(({ pid, user, command, memoryMiB, job }) =>
      row(
        `${user}: ${brief(command, 60)}`,
        `process ${pid} · ${mib(memoryMiB)}${job === null ? '' : ` · job ${job}`}`,
        'person',
      ),
    ),
  };
}

/** What our folder holds: counted only when the person asks, since it reads the whole folder. */
function folder({ host, usage, quotaBytes }: BoxView): TreeNode {
  const row = (what: string): TreeNode => ({
    ...rowOf(`box/${host}`, host)('ML Intern folder', what, 'folder'),
    kind: 'boxFolder',
  });
  if (usage === null) return { ...row('count what it holds'), command: 'mlIntern.box.count' };
  if (usage === 'counting') return row('counting …');
  const size = `${usage.complete ? '' : 'at least '}${sizeText(usage.bytes)}`;
  const over = quotaBytes !== undefined && usage.bytes > quotaBytes;
  const told = over
    ? `${size}, over the quota of ${sizeText(quotaBytes)}: new jobs are refused until it is cleaned up`
    : size;
  const part = rowOf(`box/${host}/folder`, host);
  return {
    ...row(told),
    ...(over ? { icon: 'warning', iconColor: 'charts.yellow' } : {}),
    children: parts(usage).map(([name, bytes]) => part(name, sizeText(bytes), 'circle-small')),
  };
}

function parts({ parts: { envs, jobs: inJobs, cache, files, box, other } }: BoxUsage): [string, number][] {
  return [
    ['Environments', envs],
    ['Jobs', inJobs],
    ['Caches', cache],
    ['Files sent', files],
    ['Box package', box],
    ['Other', other],
  ];
}

function forwardings({ host, forwardings: open }: BoxView): TreeNode[] {
  return open.map(({ remote, local }) => ({
    ...rowOf(`box/${host}`, host)(`Port ${remote}`, `at 127.0.0.1:${local}`, 'plug'),
    id: `box/${host}/port ${local}`,
    kind: 'boxPort',
    command: 'mlIntern.box.openPort',
    port: local,
  }));
}

function clock({ clockSkewSeconds: skew }: BoxCard): string {
  if (Math.abs(skew) < 1) return 'right';
  return `${Math.abs(skew)} s ${skew > 0 ? 'ahead of' : 'behind'} this machine`;
}

function mib(amount: number): string {
  return sizeText(amount * 2 ** 20);
}

function rowOf(parent: string, box: string) {
  return (label: string, description: string, icon: string): TreeNode => ({
    id: `${parent}/${label}`,
    label,
    description: brief(description, 120),
    tooltip: description === '' ? label : `${label}: ${description}`,
    icon,
    box,
    spoken: description === '' ? label : `${label}: ${description}`,
  });
}
