/** What jobs can be run on in the practice world: a few of the real flavors, with the prices of the documentation. */

export interface JobHardware {
  name: string;
  prettyName: string;
  cpu: string;
  ram: string;
  ephemeralStorage: string;
  accelerator: null | { type: 'gpu'; model: string; quantity: string; vram: string; manufacturer: 'Nvidia' };
  unitCostMicroUSD: number;
  unitCostUSD: number;
  unitLabel: 'minute';
}

type Gpu = [quantity: number, model: string, vramGb: number];

export const jobHardware: readonly JobHardware[] = [
  flavor('cpu-basic', 'CPU Basic', 2, 16, 0.01),
  flavor('cpu-upgrade', 'CPU Upgrade', 8, 32, 0.03),
  flavor('t4-small', 'Nvidia T4 - small', 4, 15, 0.4, [1, 'T4', 16]),
  flavor('l4x1', '1x Nvidia L4', 8, 30, 0.8, [1, 'L4', 24]),
  flavor('a10g-small', 'Nvidia A10G - small', 4, 15, 1, [1, 'A10G', 24]),
  flavor('a10g-large', 'Nvidia A10G - large', 12, 46, 1.5, [1, 'A10G', 24]),
  flavor('a10g-largex2', '2x Nvidia A10G - large', 24, 92, 3, [2, 'A10G', 48]),
  flavor('a100-large', 'Nvidia A100 - large', 12, 142, 2.5, [1, 'A100', 80]),
  flavor('h200x8', '8x Nvidia H200', 184, 2048, 40, [8, 'H200', 1128]),
];

function flavor(
  name: string,
  prettyName: string,
  cpus: number,
  ramGb: number,
  usdPerHour: number,
  gpu?: Gpu,
): JobHardware {
  const perMinute = usdPerHour / 60;
  return {
    name,
    prettyName,
    cpu: `${cpus} vCPU`,
    ram: `${ramGb} GB`,
    ephemeralStorage: '50 GB',
    accelerator: gpu === undefined ? null : accelerator(gpu),
    unitCostMicroUSD: Math.round(perMinute * 1e6),
    unitCostUSD: Math.round(perMinute * 1e6) / 1e6,
    unitLabel: 'minute',
  };
}

function accelerator([quantity, model, vramGb]: Gpu): NonNullable<JobHardware['accelerator']> {
  return { type: 'gpu', model, quantity: String(quantity), vram: `${vramGb} GB`, manufacturer: 'Nvidia' };
}
