/** Work on training data beside the tools that others use for it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Suite } from '../suites';
import { overlap } from './overlap';

const parts = [overlap];

export const dataSuite: Suite = {
  name: 'data',
  what: 'work on training data beside lm-evaluation-harness (needs python3, 2 GB of disk and some minutes)',
  async run(note, row) {
    const folder = await mkdtemp(join(tmpdir(), 'ml-intern-bench-'));
    try {
      for (const part of parts) for (const each of await part(folder, note)) row(each);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};
