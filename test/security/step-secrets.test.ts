/** A training that takes rows of a gated dataset: the step that fetches them has the Hub token, the script has none. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { contentHash } from '../../src/core/hash';
import { fileHashes } from '../../src/core/experiments/files';
import type { JobContent, JobRequest } from '../../src/core/ports/box';
import { startPracticeServers } from '../../src/practice/servers/start';
import { followToEnd } from '../support/box-job';
import { openBox, withWorld } from '../support/box-world';
import { questions, smallWorld } from '../support/small-world';

const python = process.env['ML_INTERN_TEST_PYTHON'] ?? '';
const token = 'hf_opens_gated_repositories';

/** Says what it sees, and whether its rows are there. */
const script = `
import json, os
print("TOKEN" if any("hf_opens" in value for value in os.environ.values()) else "no token")
print(len(open("data/train.jsonl").readlines()), "rows")
`;

describe('security: the secrets of a training', () => {
  const title = python === '' ? 'skipped: set ML_INTERN_TEST_PYTHON' : 'are seen by the step that fetches rows only';
  it(title, async function () {
    if (python === '') return this.skip();
    this.timeout(120_000);
    const servers = await startPracticeServers({ content: smallWorld(), token });
    try {
      await withWorld(async (place) => {
        const box = await openBox(place);
        const trained = async (secrets: string[][]) => {
          const job = training(servers.hub, secrets);
          await box.submit(job);
          return { ...(await followToEnd(box, job.id)), folder: place.jobFolder(job.id) };
        };
        assert.equal((await trained([[], []])).last?.state, 'failed');
        const { last, files, folder } = await trained([['HF_TOKEN'], []]);
        assert.equal(last?.state, 'finished', files['stderr.log']);
        assert.match(files['stdout.log'], new RegExp(`no token\n${questions.length} rows\n$`));
        const spec = JSON.parse(await readFile(join(folder, 'spec.json'), 'utf8')) as { content: JobContent };
        assert.deepEqual(spec.content.secrets, [['HF_TOKEN'], []]);
      });
    } finally {
      await servers.stop();
    }
  });
});

function training(hub: string, secrets: string[][]): JobRequest {
  const source = { id: 'glim/locked', revision: 'main', config: 'default', split: 'train' };
  const recipe = {
    seed: 1,
    sources: [
      { dataset: source, mapping: { prompt: '{question}', completion: ' {answer}' }, weight: 1, excludeRows: [] },
    ],
  };
  const files = { 'recipe.json': JSON.stringify(recipe), 'train.py': script };
  const content: JobContent = {
    steps: [
      [python, '-m', 'ml_intern_box.recipe', 'recipe.json'],
      [python, 'train.py'],
    ],
    env: { HF_ENDPOINT: hub },
    files: fileHashes(files),
    environment: null,
    capSeconds: 120,
    secrets,
  };
  const id = `gated-${secrets.flat().length}`;
  return {
    ...{ id, run: 'test', kind: 'train', content, approvedHash: contentHash(content), files },
    secrets: { HF_TOKEN: token },
  };
}
