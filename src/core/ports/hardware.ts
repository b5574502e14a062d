/** Machines that can be rented by the hour. */

export interface Flavor {
  name: string;
  title: string;
  cpus: number;
  memoryMiB: number;
  diskMiB: number;
  /** Model of its GPUs; null without any. */
  gpu: string | null;
  gpus: number;
  /** Of each of them. */
  gpuMemoryMiB: number;
  usdPerHour: number;
}
