/** The manifest as it goes out with a model: without the names of machines, and without where files lie on them. */
import type { Manifest } from '../experiments/manifest';

export type SharedManifest = Omit<Manifest, 'hardware'> & { hardware: Omit<Manifest['hardware'], 'box'> };

export function sharedManifest(manifest: Manifest): SharedManifest {
  const { os, cpus, gpus } = manifest.hardware;
  const { baseModel, data, config } = manifest;
  return {
    ...manifest,
    config: Object.fromEntries(Object.entries(config).map(([name, value]) => [name, withoutFolder(value)])),
    data: data.map((source) => ({ ...source, id: nameOf(source.id) })),
    baseModel: { ...baseModel, id: nameOf(baseModel.id) },
    hardware: { os, cpus, gpus },
  };
}

/** What a path says to others is its last part. */
export function nameOf(place: string): string {
  const isPath = /^(?:[/~\\]|\.{1,2}[/\\]|[A-Za-z]:[/\\])/.test(place);
  return isPath ? (place.split(/[/\\]/).findLast((part) => part !== '') ?? place) : place;
}

const withoutFolder = (value: unknown): unknown => (typeof value === 'string' ? nameOf(value) : value);
