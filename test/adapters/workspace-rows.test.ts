/** A data file of the workspace, from the agent's tools to the rows that a training reads on another machine: real sshd, real recipe. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { workspaceFiles } from '../../src/app/workspace-files';
import { contentHash } from '../../src/core/hash';
import type { JobRequest } from '../../src/core/ports/box';
import { followToEnd } from '../support/box-job';
import { openBox, withWorld } from '../support/box-world';
import { factsOf, openWorkplace } from '../support/core/kit';

const mapping = { prompt: 'Question: {question}\nAnswer:', completion: ' {answer}' };
const id = 'file:data/rows.jsonl';
const script = "# data/train.jsonl\nprint(open('data/train.jsonl', encoding='utf-8').read())\n";

/** On the box's own Python: the recipe needs no packages, and this script neither. */
function withoutEnvironment(request: JobRequest): JobRequest {
  const content = { ...request.content, environment: null };
  return { ...request, content, approvedHash: contentHash(content) };
}

/** The training that the agent's tools make of a file of the workspace. */
async function training(folder: string): Promise<JobRequest> {
  const workspace = workspaceFiles({ folder, closed: [] });
  const { call, box } = await openWorkplace({ workspace, config: { autonomy: 'autopilot', box: 'gpu1' } });
  const done = async (name: string, args: Record<string, unknown>) => {
    const result = await call(name, args);
    assert.ok(result.ok, result.content);
    return factsOf(result);
  };
  await done('inspect_dataset', { id });
  await done('check_overlap', { id });
  await done('propose_dataset', { id, why: 'fits', mapping });
  await done('evaluate', { experiment: 'baseline' });
  const draft = { slug: 'x', parent: null, hypothesis: 'h', sources: [{ id }], config: { max_steps: 5 }, script };
  const { experiment } = await done('write_script', draft);
  const { job } = await done('launch_job', { experiment, capMinutes: 5 });
  return box.request(String(job));
}

describe('a data file of the workspace on another machine', () => {
  let folder: string;
  const rows = Array.from({ length: 3 }, (_, n) => ({
    question: `What is ${n} plus ${n}?`,
    answer: `${2 * n}`,
    license: 'MIT',
  }));

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ml-intern-workspace-'));
    await mkdir(join(folder, 'data'));
    await writeFile(join(folder, 'data/rows.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('is sent once, and trained on as its recipe says', () =>
    withWorld(async (world) => {
      const request = withoutEnvironment(await training(folder));
      const box = await openBox(world);
      try {
        await box.submit(request);
        const { last, files } = await followToEnd(box, request.id);
        assert.equal(last?.state, 'finished', files['stderr.log']);
        for (const { question, answer } of rows)
          assert.ok(
            files['stdout.log'].includes(`Question: ${question}\\nAnswer:`) && files['stdout.log'].includes(answer),
          );
        const [sent = assert.fail()] = Object.values(request.onDisk ?? {});
        assert.deepEqual(await box.push([sent]), { sent: 0, bytes: 0, already: 1 });
      } finally {
        await box.close();
      }
    }));
});
