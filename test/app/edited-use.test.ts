/** What a person makes of a proposed dataset's use is judged by the rows that were kept of it. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileStore } from '../../src/adapters/files/file-store';
import type { AppOptions } from '../../src/app/options';
import { RunsService } from '../../src/app/runs-service';
import { sourceText } from '../../src/core/approvals/source-text';
import { keptRowsFile, keptText } from '../../src/core/data/kept-rows';
import { Journal } from '../../src/core/run/journal';
import { config, datasetProposal } from '../support/core/samples';
import { InstantClock } from '../support/instant-clock';

describe('a use of a dataset that a person edited', () => {
  let workspace: string;
  before(async () => (workspace = await mkdtemp(join(tmpdir(), 'ml-intern-edited-'))));
  after(() => rm(workspace, { recursive: true, force: true }));

  it('is not approved when no row that was kept can be used with it', async () => {
    const store = new FileStore(join(workspace, 'ml-intern'));
    const journal = await Journal.open(store, 'run-1', new InstantClock());
    await journal.record('run.created', { id: 'run-1', name: 'run-1', config: config() });
    const proposal = datasetProposal('p', { overlap: null });
    const { subject, hash } = proposal;
    await journal.record('proposal.made', { proposal });
    const rows = [{ question: 'What is a glim?', answer: 'a thing' }];
    await store.write(`run-1/${keptRowsFile(subject.sheet.id)}`, keptText({ ...subject.sheet, ...place }, rows));

    const runs = new RunsService({ workspace, home: workspace } as AppOptions);
    const decide = (editedSource: string) =>
      runs.decide('run-1', 'p', { hash, verdict: 'approve', surface: 'cli', editedSource });
    const proposed = sourceText(subject.source);
    await assert.rejects(decide(proposed.replace('{answer}', '{reply}')), /none of 1 rows of lab\/qa can be used/);
    assert.equal((await runs.view('run-1')).proposals[0]?.decision, null);
    const { edited } = await decide(proposed.replace('Answer:', 'Reply:'));
    assert.match(JSON.stringify(edited?.source?.mapping), /Reply:/);
  });
});

const place = { config: 'default', split: 'train' };
