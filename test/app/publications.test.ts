/** What a run remembers of a push: in its log for good, and in its report. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileStore } from '../../src/adapters/files/file-store';
import type { AppOptions } from '../../src/app/options';
import { RunsService } from '../../src/app/runs-service';
import { Journal } from '../../src/core/run/journal';
import type { Proposal, Publication } from '../../src/core/run/types';
import { config } from '../support/core/samples';
import { InstantClock } from '../support/instant-clock';

const proposal: Proposal = {
  ...{ id: 'publish-1', kind: 'publish', hash: 'a'.repeat(64), title: 'Push me/model', why: 'A person asked for it.' },
  subject: { kind: 'publish', target: 'model me/model', what: 'The model of 01-a', details: 'README.md' },
};
const publication: Publication = {
  ...{ kind: 'model', experiment: '01-a', hub: 'https://hub.example', repo: 'me/model', visibility: 'private' },
  ...{ commit: 'c'.repeat(40), url: 'u', hash: proposal.hash, files: 2, bytes: 9 },
};

describe('what a run remembers of a push', () => {
  let workspace: string;
  before(async () => (workspace = await mkdtemp(join(tmpdir(), 'ml-intern-published-'))));
  after(() => rm(workspace, { recursive: true, force: true }));

  it('is in its log after it has finished, and its report is written again', async () => {
    const store = new FileStore(join(workspace, 'ml-intern'));
    const journal = await Journal.open(store, 'run-1', new InstantClock());
    await journal.record('run.created', { id: 'run-1', name: 'run-1', config: config() });
    await journal.record('report.written', { file: 'report.md' });
    await journal.record('run.finished', { ending: 'agent-finished', summary: 'done' });
    await store.write('run-1/report.md', 'as it was\n');
    const runs = new RunsService({ workspace, home: workspace } as AppOptions);
    await runs.approvePublication('run-1', proposal, 'cli');
    await runs.recordPublication('run-1', publication);

    const view = await new RunsService({ workspace, home: workspace } as AppOptions).view('run-1');
    assert.equal(view.state, 'finished');
    assert.deepEqual(
      view.proposals.map(({ decision }) => [decision?.verdict, decision?.by, decision?.hash]),
      [['approve', 'person', proposal.hash]],
    );
    assert.deepEqual(
      view.publications.map(({ repo, commit }) => [repo, commit]),
      [['me/model', publication.commit]],
    );
    const report = await readFile(join(workspace, 'ml-intern/run-1/report.md'), 'utf8');
    assert.match(
      report,
      /## Published\n\n[^|]*\| repository .*\n.*\n\| model me\/model \| https:\/\/hub\.example \| private \| 01-a \|/,
    );
  });

  it('is refused while a process drives the run', async () => {
    const store = new FileStore(join(workspace, 'ml-intern'));
    const lock = await store.lock('run-1');
    const runs = new RunsService({ workspace, home: workspace } as AppOptions);
    await assert.rejects(runs.approvePublication('run-1', proposal, 'cli'), { reason: 'run-locked' });
    await lock.release();
  });
});
