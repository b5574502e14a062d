/** The Hub as this product uses it, with what reads its files. */
import { HfHub } from '../adapters/hf-hub/hf-hub';
import { FileRows } from '../adapters/rows/file-rows';
import { systemClock } from '../adapters/system/clock';
import type { Settings } from './options';

export interface HubEndpoints {
  hub: string;
  /** Absent: rows are read from the Hub's files. */
  viewer: string | undefined;
  hubToken: () => Promise<string | undefined>;
}

const publicHub = 'https://huggingface.co';
const publicViewer = 'https://datasets-server.huggingface.co';

/** The names of datasets on another Hub are nobody else's business, and rows of a dataset with the same name are other rows. */
export function viewerOf({ hubEndpoint, viewerEndpoint }: Pick<Settings, 'hubEndpoint' | 'viewerEndpoint'>) {
  if (viewerEndpoint !== '') return viewerEndpoint;
  return URL.canParse(hubEndpoint) && new URL(hubEndpoint).origin === publicHub ? publicViewer : undefined;
}

export function openHub({ hub, viewer, hubToken }: HubEndpoints): HfHub {
  return new HfHub({
    endpoint: hub,
    ...(viewer !== undefined && { viewer }),
    token: hubToken,
    clock: systemClock,
    openFiles: (files) => new FileRows(files),
  });
}
