import assert from 'node:assert/strict';
import type { Journal } from '../../../src/core/run/journal';
import { openJournal } from '../../support/core/journal';
import { MemoryStore } from '../../support/core/memory-store';
import { QuietClock } from '../../support/core/quiet-clock';
import {
  comparison,
  datasetProposal,
  jobStatus,
  launchProposal,
  overlap,
  recipe,
  score,
  sheet,
} from '../../support/core/samples';

const clock = new QuietClock();
let journal: Journal;
let store: MemoryStore;
const later = (seconds: number) => (clock.time += seconds * 1000);
const decide = (proposal: string, verdict: 'approve' | 'reject', reason?: string) =>
  journal.record('proposal.decided', {
    decision: { proposal, hash: `hash-${proposal}`, verdict, by: 'person', ...(reason ? { reason } : {}) },
  });
const createExperiment = (id: string) =>
  journal.record('experiment.created', {
    ...{ id, slug: 's', parent: null, hypothesis: 'h', recipe: recipe(), config: {}, scriptHash: 'x' },
    folder: `experiments/${id}`,
  });
const submitJob = (id: string, experiment: string | null = null) =>
  journal.record('job.submitted', {
    id,
    kind: 'train',
    experiment,
    contentHash: 'h',
    capSeconds: 60,
    folder: `jobs/${id}`,
  });
const changeJob = (id: string, state: 'running' | 'finished' | 'failed', wallSeconds = 0, gpuSeconds = 0) => {
  const { startedAt, endedAt, failure } = jobStatus(id, state);
  return journal.record('job.changed', { id, state, startedAt, endedAt, failure, wallSeconds, gpuSeconds });
};

describe('the view of a run', () => {
  beforeEach(async () => {
    store = new MemoryStore();
    journal = await openJournal(store, {}, clock);
  });

  describe('time', () => {
    const wall = () => journal.view.spend.wallSeconds;

    it('counts while the run is driven', async () => {
      later(30);
      await journal.record('box.contact', { state: 'lost', message: 'm' });
      assert.equal(wall(), 30);
    });

    it('does not count while a person is waited for', async () => {
      await journal.record('proposal.made', { proposal: datasetProposal('a') });
      assert.equal(journal.view.state, 'waiting');
      later(3600);
      await decide('a', 'approve');
      assert.equal(journal.view.state, 'running');
      assert.equal(wall(), 0);
      later(5);
      await journal.record('run.stopped', { by: 'person', message: 'm' });
      assert.equal(wall(), 5);
    });

    it('does not count across a crash, nor while the run is stopped', async () => {
      later(10);
      await journal.record('box.contact', { state: 'lost', message: 'm' });
      later(86_400);
      await journal.record('run.started', { by: 'editor', process: 2 });
      assert.equal(wall(), 10);
      await journal.record('run.stopped', { by: 'person', message: 'm' });
      later(500);
      await journal.record('run.started', { by: 'cli', process: 3 });
      later(1);
      await journal.record('box.contact', { state: 'regained', message: 'm' });
      assert.equal(wall(), 11);
    });

    it('never runs backwards with the clock', async () => {
      later(-500);
      await journal.record('box.contact', { state: 'lost', message: 'm' });
      assert.equal(wall(), 0);
    });
  });

  it('goes from running to waiting and back, to stopped, and stays stopped when something is decided then', async () => {
    await journal.record('proposal.made', { proposal: datasetProposal('a') });
    await journal.record('proposal.made', { proposal: launchProposal('b') });
    await decide('a', 'approve');
    assert.equal(journal.view.state, 'waiting');
    await journal.record('run.stopped', { by: 'person', message: 'm' });
    await decide('b', 'approve');
    assert.equal(journal.view.state, 'stopped');
    await journal.record('run.started', { by: 'cli', process: 2 });
    assert.equal(journal.view.state, 'running');
  });

  it('shows a proposal once and its first decision only', async () => {
    await journal.record('proposal.made', { proposal: launchProposal('a') });
    await journal.record('proposal.made', { proposal: launchProposal('a') });
    await decide('a', 'approve');
    await decide('a', 'reject');
    assert.equal(journal.view.proposals.length, 1);
    assert.equal(journal.view.proposals[0]?.decision?.verdict, 'approve');
  });

  it('follows a dataset from seen to used or refused, and who decided', async () => {
    const dataset = () => journal.view.datasets[0];
    await journal.record('dataset.inspected', { sheet: sheet(), file: 'f' });
    assert.equal(dataset()?.status, 'seen');
    await journal.record('overlap.checked', { report: overlap('lab/qa', [4]) });
    await journal.record('proposal.made', { proposal: datasetProposal('a') });
    assert.equal(dataset()?.status, 'proposed');
    await decide('a', 'reject', 'too small');
    assert.deepEqual([dataset()?.status, dataset()?.reason, dataset()?.decidedBy], ['refused', 'too small', 'person']);
    await journal.record('proposal.made', { proposal: datasetProposal('b') });
    await decide('b', 'approve');
    assert.deepEqual([dataset()?.status, dataset()?.reason, dataset()?.overlap?.hits], ['used', 'fits', 1]);
    await journal.record('dataset.set-aside', { id: 'lab/other', reason: 'noisy' });
    assert.deepEqual(
      journal.view.datasets.map(({ id, status, decidedBy }) => [id, status, decidedBy]),
      [
        ['lab/qa', 'used', 'person'],
        ['lab/other', 'refused', 'agent'],
      ],
    );
  });

  it('adds the cost of a job once, when it ends', async () => {
    await createExperiment('01-a');
    await submitJob('j1', '01-a');
    await submitJob('j1', '01-a');
    await changeJob('j1', 'running', 10, 5);
    assert.equal(journal.view.spend.boxSeconds, 0);
    await changeJob('j1', 'finished', 60, 30);
    await changeJob('j1', 'finished', 60, 30);
    assert.deepEqual([journal.view.spend.boxSeconds, journal.view.spend.gpuSeconds], [60, 30]);
    assert.deepEqual(journal.view.experiments[0]?.jobs, ['j1']);
    assert.equal(journal.view.jobs.length, 1);
  });

  it('keeps dev and promotion scores apart, of the baseline and of experiments', async () => {
    await createExperiment('01-a');
    const scored = (experiment: string, split: 'dev' | 'promotion', value: number) =>
      journal.record('experiment.scored', {
        ...{ experiment, split, job: 'j', score: score(value), comparison: null, toBaseline: comparison() },
      });
    await scored('baseline', 'dev', 0.1);
    await scored('baseline', 'promotion', 0.2);
    await scored('01-a', 'dev', 0.3);
    await scored('01-a', 'promotion', 0.4);
    const [experiment] = journal.view.experiments;
    assert.deepEqual([journal.view.baseline.dev?.value, journal.view.baseline.promotion?.value], [0.1, 0.2]);
    assert.deepEqual([experiment?.dev?.value, experiment?.promotion?.value], [0.3, 0.4]);
    assert.equal(experiment?.toBaseline?.verdict, 'better');
  });

  it('marks an experiment as promoted only when it is better', async () => {
    await createExperiment('01-a');
    const decided = (verdict: 'better' | 'no evidence') =>
      journal.record('promotion.decided', {
        ...{ experiment: '01-a', verdict, baseline: score(0.1), best: score(0.2), difference: null, reason: 'r' },
      });
    await journal.record('experiment.closed', { experiment: '01-a', outcome: 'promising', note: 'n' });
    await decided('no evidence');
    assert.equal(journal.view.experiments[0]?.outcome, 'promising');
    await decided('better');
    assert.equal(journal.view.experiments[0]?.outcome, 'promoted');
  });

  it('adds up tokens and counts experiments once', async () => {
    const replied = { text: 'x', toolCalls: [], inputTokens: 7, outputTokens: 2 };
    await journal.record('model.replied', replied);
    await journal.record('model.replied', replied);
    await createExperiment('01-a');
    const { inputTokens, outputTokens, experiments } = journal.view.spend;
    assert.deepEqual([inputTokens, outputTokens, experiments], [14, 4, 1]);
  });

  it('collects the notes of a paper, each once', async () => {
    const note = { id: '1', title: 'T', url: 'u', claim: 'c', quote: 'q', place: 'p', file: 'f' };
    await journal.record('paper.noted', note);
    await journal.record('paper.noted', note);
    await journal.record('paper.noted', { ...note, quote: 'other' });
    assert.deepEqual(
      journal.view.papers[0]?.notes.map(({ quote }) => quote),
      ['q', 'other'],
    );
  });

  it('knows whether the box is in reach', async () => {
    await journal.record('box.contact', { state: 'lost', message: 'm' });
    assert.equal(journal.view.contact, 'lost');
    await journal.record('box.contact', { state: 'regained', message: 'm' });
    assert.equal(journal.view.contact, 'connected');
  });

  it('keeps the latest talk only, in one line each', async () => {
    for (let index = 0; index < 210; index++)
      await journal.record('tool.returned', {
        callId: 'c',
        name: 'plan',
        ok: index % 2 === 0,
        content: `${index}\nrest`,
      });
    assert.equal(journal.view.talk.length, 200);
    assert.equal(journal.view.talk.at(-1)?.text, 'plan failed: 209');
  });

  it('knows how a run ended and can be started again', async () => {
    await journal.record('run.finished', { ending: 'budget-spent', summary: 'spent' });
    await journal.record('report.written', { file: 'report.md' });
    const { state, ending, summary, report } = journal.view;
    assert.deepEqual([state, ending, summary, report], ['finished', 'budget-spent', 'spent', 'report.md']);
  });
});
