/** Volumes of practice jobs: a bucket is a kept folder, and mounting it is a link at the mount path. */
import { mkdir, readlink, symlink } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { z } from 'zod';

export const volumeSchema = z.object({
  type: z.enum(['bucket', 'model', 'dataset', 'space']),
  source: z.string().regex(/^[\w.-]+\/[\w.-]+$/),
  mountPath: z.string().startsWith('/'),
  readOnly: z.boolean().optional(),
  revision: z.string().optional(),
  path: z.string().optional(),
});

export type Volume = z.infer<typeof volumeSchema>;

export class CannotMount extends Error {}

/** `folder` is where buckets and mount points may lie: a stand-in links nothing into the rest of the machine. */
export async function mountVolume(volume: Volume, folder: string): Promise<void> {
  if (volume.type !== 'bucket') throw new CannotMount('This stand-in mounts buckets only.');
  const at = resolve(volume.mountPath);
  if (!at.startsWith(resolve(folder) + sep)) throw new CannotMount(`This stand-in mounts below ${folder} only.`);
  const bucket = bucketFolder(folder, volume.source);
  await mkdir(bucket, { recursive: true });
  await mkdir(dirname(at), { recursive: true });
  await symlink(bucket, at).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST' || (await readlink(at)) !== bucket) throw error;
  });
}

export function bucketFolder(folder: string, source: string): string {
  return join(resolve(folder), 'buckets', ...source.split('/'));
}
