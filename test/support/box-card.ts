/** What a box tells of itself, for tests that need a whole card. */
import type { BoxCard } from '../../src/core/ports/box';

type Told = Omit<BoxCard, 'name' | 'clockSkewSeconds'> & { time: number };

export function toldCard(more: Partial<Told> = {}): Told {
  return {
    host: 'a100-3',
    os: 'Debian GNU/Linux 12 (bookworm)',
    python: '3.11.2',
    cpus: 16,
    memoryMiB: 131_072,
    memoryFreeMiB: 100_000,
    root: '/home/ada/.ml-intern',
    diskTotalMiB: 1_000_000,
    diskFreeMiB: 500_000,
    cache: '/home/ada/.ml-intern/cache',
    gpus: [gpu()],
    uv: '/usr/bin/uv',
    network: [{ name: 'Hub', url: 'https://huggingface.co', reachable: true, detail: 'HTTP 200 in 90 ms' }],
    scheduler: null,
    missing: [],
    time: 1000,
    ...more,
  };
}

export function boxCard(more: Partial<BoxCard> = {}): BoxCard {
  const { time: _time, ...told } = toldCard();
  return { name: 'gpu1', ...told, clockSkewSeconds: 0.2, ...more };
}

function gpu(): BoxCard['gpus'][number] {
  const users = [{ pid: 4242, user: 'bob', command: 'python train.py', memoryMiB: 30_000, job: null }];
  return {
    index: 0,
    name: 'NVIDIA H100 80GB HBM3',
    memoryMiB: 81_559,
    usedMiB: 30_100,
    utilisation: 97,
    driver: '550.54',
    users,
  };
}
