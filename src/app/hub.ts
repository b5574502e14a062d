/** The Hub as this product uses it, with what reads its files. */
import { HfHub } from '../adapters/hf-hub/hf-hub';
import { FileRows } from '../adapters/rows/file-rows';
import { systemClock } from '../adapters/system/clock';
import type { Endpoints } from './endpoints';

export type HubEndpoints = Pick<Endpoints, 'hub' | 'viewer' | 'hubToken'>;

export function openHub({ hub, viewer, hubToken }: HubEndpoints): HfHub {
  return new HfHub({
    endpoint: hub,
    viewer,
    token: hubToken,
    clock: systemClock,
    openFiles: (files) => new FileRows(files),
  });
}
