/** What a training script finds when it looks through all that its box holds: nothing of the items of an evaluation. */
import assert from 'node:assert/strict';
import { fileHashes } from '../../src/core/experiments/files';
import { contentHash } from '../../src/core/hash';
import type { JobContent, JobRequest } from '../../src/core/ports/box';
import { itemsKeyName, seal, unseal } from '../../src/core/sealing';
import { followToEnd, pythonJob } from '../support/box-job';
import { openBox, withWorld } from '../support/box-world';

const key = '0123456789abcdef'.repeat(4);
/** So many that they lie in the store of the box's files as well. */
const items = Array.from({ length: 3000 }, (_, n) => ({ id: `${n}`, question: `What is the glim zorb${n}x called?` }));
const lines = items.map((item) => `${JSON.stringify(item)}\n`).join('');

const lookAround = `
import os
root = os.path.abspath("../../..")
found = []
for folder, _, names in os.walk(root):
    for name in names:
        with open(os.path.join(folder, name), "rb") as file:
            text = file.read()
        found += [name] if b"zorb" in text or b"${key}" in text else []
print(sorted(set(found)))
`;

describe('security: the items of an evaluation', () => {
  it('lie on the box so that no other job can read them, before and after their own job', async () => {
    await withWorld(async (place) => {
      const box = await openBox(place);
      const check = overlap();
      await box.submit(check);
      const { last, files } = await followToEnd(box, check.id);
      assert.equal(last?.state, 'finished', files['stderr.log']);
      const result = unseal(await box.read(check.id, 'artifacts/result.sealed'), key, 'The result');
      assert.equal((JSON.parse(result) as { items: number; hitCount: number }).items, items.length);
      assert.match(result, /"itemText": "What is the glim zorb7x/);
      const spy = pythonJob(lookAround);
      await box.submit(spy);
      const seen = await followToEnd(box, spy.id);
      // The script itself names what it looks for, and the row of the dataset is the dataset's own.
      assert.equal(seen.files['stdout.log'].trim(), "['main.py', 'rows.jsonl']");
    });
  });
});

function overlap(): JobRequest {
  const dataset = { id: 'rows.jsonl', revision: null, config: 'default', split: 'train' };
  const files = {
    'overlap.json': JSON.stringify({ dataset, columns: { question: 'question' }, items: 'items.sealed' }),
    'items.sealed': seal(lines, key),
    'rows.jsonl': `${JSON.stringify({ question: items[7]?.question })}\n`,
  };
  const content: JobContent = {
    steps: [['{python}', '-m', 'ml_intern_box.overlap', 'overlap.json']],
    ...{ env: {}, files: fileHashes(files), environment: null, capSeconds: 60 },
  };
  const approvedHash = contentHash(content);
  return {
    id: 'overlap',
    run: 'test',
    kind: 'overlap',
    content,
    approvedHash,
    files,
    secrets: { [itemsKeyName]: key },
  };
}
