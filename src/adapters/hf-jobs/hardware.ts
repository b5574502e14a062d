/** The machines of HF Jobs and what they cost; and one of them as the card of a box. */
import type { z } from 'zod';
import { MlInternError } from '../../core/errors';
import type { BoxCard, GpuInfo } from '../../core/ports/box';
import type { Flavor } from '../../core/ports/hardware';
import type { hardwareSchema } from './shapes';

/** The cheapest first. */
export function flavorsOf(hardware: z.infer<typeof hardwareSchema>): Flavor[] {
  return hardware
    .map(({ name, prettyName, cpu, ram, ephemeralStorage, accelerator, unitCostUSD, unitLabel }) => ({
      name,
      title: prettyName,
      cpus: amount(cpu),
      memoryMiB: amount(ram) * 1024,
      diskMiB: amount(ephemeralStorage ?? '') * 1024,
      gpu: accelerator ? accelerator.model : null,
      gpus: accelerator ? accelerator.quantity : 0,
      gpuMemoryMiB: accelerator ? (amount(accelerator.vram) * 1024) / Math.max(1, accelerator.quantity) : 0,
      usdPerHour: Math.round(unitCostUSD * perHour(unitLabel) * 100) / 100,
    }))
    .sort((one, other) => one.usdPerHour - other.usdPerHour);
}

export function flavorNamed(flavors: readonly Flavor[], name: string): Flavor {
  const found = flavors.find((flavor) => flavor.name === name);
  if (found) return found;
  throw new MlInternError('bad-input', `HF Jobs has no hardware called "${name}".`, {
    next: `Choose one of ${flavors.map((flavor) => flavor.name).join(', ')} (see \`ml-intern box hardware\`).`,
  });
}

export function cardOf(
  flavor: Flavor,
  about: Pick<BoxCard, 'name' | 'host' | 'os' | 'root' | 'network' | 'missing'>,
): BoxCard {
  return {
    ...about,
    python: 'that of the image',
    cpus: Math.max(1, flavor.cpus),
    memoryMiB: flavor.memoryMiB,
    memoryFreeMiB: flavor.memoryMiB,
    diskTotalMiB: flavor.diskMiB,
    diskFreeMiB: flavor.diskMiB,
    cache: `${about.root}/cache/hf`,
    gpus: Array.from({ length: flavor.gpus }, (_, index) => gpuOf(flavor, index)),
    uv: null,
    clockSkewSeconds: 0,
    scheduler: null,
    price: { usdPerHour: flavor.usdPerHour },
  };
}

function gpuOf({ gpu, gpuMemoryMiB }: Flavor, index: number): GpuInfo {
  const fresh = { usedMiB: 0, utilisation: 0, driver: 'that of HF Jobs', users: [] };
  return { index, name: gpu ?? '', memoryMiB: gpuMemoryMiB, ...fresh };
}

function amount(text: string): number {
  const [, number = '0', unit = ''] = /([\d.]+)\s*(TB)?/i.exec(text) ?? [];
  return Number(number) * (unit === '' ? 1 : 1024);
}

function perHour(unit: string): number {
  return { second: 3600, minute: 60, hour: 1 }[unit] ?? 60;
}
