/** A folder outside of a box's root that nothing may read or write, and how to plant a link to it. */
import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export const secret = `nobody's business ${randomUUID()}`;

export class Outside {
  private untouched = '';

  constructor(readonly folder: string) {}

  /** Anew, with a file `secret` and copies of `more`. */
  async prepare(more: Record<string, Uint8Array> = {}): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
    await mkdir(this.folder);
    for (const [name, content] of Object.entries({ secret, ...more }))
      await writeFile(join(this.folder, name), content);
    this.untouched = await this.state();
  }

  async assertUntouched(): Promise<void> {
    assert.equal(await this.state(), this.untouched, 'something outside was written');
  }

  private async state(): Promise<string> {
    const hash = createHash('sha256');
    for (const name of (await readdir(this.folder)).sort()) {
      hash.update(`${name}\0`).update(await readFile(join(this.folder, name)));
    }
    return hash.digest('hex');
  }
}

/** A link in place of what lies there. */
export async function plant(target: string, at: string): Promise<void> {
  await rm(at, { recursive: true, force: true });
  await symlink(target, at);
}
