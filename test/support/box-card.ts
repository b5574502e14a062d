/** A box with a GPU that somebody uses, and what such a box tells of itself. */
import type { BoxCard } from '../../src/core/ports/box';
import { boxCard } from './core/samples';

export function gpuBoxCard(more: Partial<BoxCard> = {}): BoxCard {
  return boxCard('gpu1', {
    host: 'a100-3',
    cpus: 16,
    memoryMiB: 131_072,
    memoryFreeMiB: 100_000,
    diskTotalMiB: 1_000_000,
    diskFreeMiB: 500_000,
    gpus: [gpu],
    uv: '/usr/bin/uv',
    network: [{ name: 'Hub', url: 'https://huggingface.co', reachable: true, detail: 'HTTP 200 in 90 ms' }],
    clockSkewSeconds: 0.2,
    ...more,
  });
}

type Told = Omit<BoxCard, 'name' | 'clockSkewSeconds'> & { time: number };

export function toldCard(more: Partial<Told> = {}): Told {
  const { name: _name, clockSkewSeconds: _skew, ...told } = gpuBoxCard();
  return { ...told, time: 1000, ...more };
}

const gpu: BoxCard['gpus'][number] = {
  index: 0,
  name: 'NVIDIA H100 80GB HBM3',
  memoryMiB: 81_559,
  usedMiB: 30_100,
  utilisation: 97,
  driver: '550.54',
  users: [{ pid: 4242, user: 'bob', command: 'python train.py', memoryMiB: 30_000, job: null }],
};
