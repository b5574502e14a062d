// The story of the product in a real VS Code: a practice run from the palette to the promotion, with a person who reviews, and two reloads.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Frame } from 'playwright-core';
import type { Proposal } from '../../src/core/run/types';
import { startEditor, type Editor } from '../support/editor/editor';
import { REPOSITORY } from '../support/editor/extension';
import { RunLog } from '../support/run-log';

const container = 'ML Intern';

describe('a practice run in VS Code', function () {
  this.timeout(20 * 60_000);
  this.bail(true);
  let workspace: string;
  let editor: Editor;
  let log: RunLog;

  before(async () => {
    workspace = mkdtempSync(join(tmpdir(), 'practice-'));
    writeFileSync(join(workspace, 'README.md'), '# A place to practise\n');
    log = new RunLog(workspace);
    const home = process.env['ML_INTERN_HOME'] ?? join(REPOSITORY, '.cache', 'home');
    editor = await startEditor({
      workspace,
      extension: { developmentPath: REPOSITORY },
      env: { ML_INTERN_HOME: home },
      // The whole of it, with all its experiments, is told from the command line.
      settings: { 'mlIntern.budget.experiments': 2 },
    });
  });

  after(async () => {
    await editor?.close();
    rmSync(workspace, { recursive: true, force: true, maxRetries: 5 });
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await editor?.screenshot('practice-failed');
  });

  const waitForScript = async (not: string[] = []): Promise<Proposal> => {
    const script = (): Proposal | undefined =>
      log.pending().find(({ kind, id }) => kind === 'script' && !not.includes(id));
    await log.waitFor('script to review', () => script() !== undefined, 10);
    const found = script();
    assert.ok(found);
    await editor.tree('Approvals').waitFor(found.title);
    return found;
  };

  const panel = async (): Promise<Frame> => {
    await editor.command('ML Intern: Open Run Panel');
    return editor.webviewFrame('header h1');
  };

  it('starts from the palette with two answers', async () => {
    await editor.command('ML Intern: Start Post-Training Run');
    await editor.quickInput.pick('Practice run', 'What shall run?');
    await editor.screenshot('practice-01-autonomy');
    await editor.quickInput.pick('Ask for data and scripts', 'without asking');
    const frame = await editor.webviewFrame('header h1', 60_000);
    await frame.getByText('Practice world').waitFor();
    await editor.showContainer(container);
    await editor.tree('Runs').waitFor('practice');
    await editor.screenshot('practice-02-started');
  });

  it('shows papers with quotes, and waits for the review of data', async () => {
    await log.waitFor('dataset to review', () => log.pending().some(({ kind }) => kind === 'dataset'), 15);
    await editor.tree('Datasets').waitFor('waiting for you');
    await editor.statusBarItem(/ML Intern: \d+ approval/).waitFor();
    const frame = await panel();
    await frame.getByRole('tab', { name: /^Papers/ }).click();
    await frame.locator('blockquote:visible').first().waitFor();
    await editor.screenshot('practice-03-papers');
    await frame.getByRole('tab', { name: 'Overview' }).click();
    await editor.screenshot('practice-04-data-waits');
  });

  it('loses nothing when the window is reloaded in the middle of an approval', async () => {
    const before = log.pending().map(({ id }) => id);
    await editor.reload();
    await editor.showContainer(container);
    for (const { title } of log.pending()) await editor.tree('Approvals').waitFor(title, 60_000);
    assert.deepEqual(
      log.pending().map(({ id }) => id),
      before,
    );
    const frame = await editor.webviewFrame('article.approval', 60_000);
    assert.equal(await frame.locator('article.approval').count(), before.length);
    await log.waitFor('second start of the same run', () => log.all('run.started').length === 2, 2);
    await editor.screenshot('practice-05-reloaded');
  });

  it('takes an acceptance and a rejection with its reason in the sidebar', async () => {
    const waiting = log.pending().flatMap(({ subject }) => (subject.kind === 'dataset' ? [subject.sheet.id] : []));
    const rejected = waiting.find((id) => id.includes('choices')) ?? waiting.at(-1) ?? '';
    const tree = editor.tree('Datasets');
    await tree.action(rejected, 'Reject Dataset');
    await editor.quickInput.answer('The benchmark asks for words, not for letters.', 'Reject:');
    await log.waitFor(
      'rejection',
      () => log.all('proposal.decided').some(({ decision }) => decision.verdict === 'reject'),
      1,
    );
    await tree.waitFor(/rejected/);
    for (const id of waiting.filter((each) => each !== rejected)) {
      await tree.action(id, 'Accept Dataset');
      await log.waitFor(`decision about ${id}`, () => !log.pending().some(({ title }) => title.includes(id)), 1);
    }
    await tree.waitFor(/rejected/);
    await tree.waitFor(/accepted/);
    await editor.screenshot('practice-06-data-decided');
    const decisions = log
      .all('proposal.decided')
      .map(({ decision }) => decision)
      .filter(({ by }) => by === 'person');
    assert.equal(decisions.length, waiting.length);
    assert.equal(decisions[0]?.reason, 'The benchmark asks for words, not for letters.');
  });

  it('opens a script, takes it back with feedback, and brings a revised one', async () => {
    const first = await waitForScript();
    await editor.tree('Approvals').open(first.title);
    await editor.document.codeLens('Reject with Feedback').waitFor();
    await editor.screenshot('practice-07-script');
    await editor.document.codeLens('Reject with Feedback').click();
    await editor.quickInput.answer('Use max_steps 240.', 'Reject:');
    const revised = await waitForScript([first.id]);
    assert.notEqual(revised.hash, first.hash);
    assert.equal(revised.subject.kind === 'script' && revised.subject.config['max_steps'], 240);
    assert.ok(log.all('proposal.decided').some(({ decision }) => decision.reason === 'Use max_steps 240.'));
    await editor.screenshot('practice-08-revised');
  });

  it('runs the edited script that was approved, and no other', async () => {
    const script = await waitForScript();
    await editor.tree('Approvals').open(script.title);
    await editor.document.codeLens('Edit, Then Approve').click();
    await editor.document.codeLens('Approve This Edited Script').waitFor();
    await editor.page.locator('.editor-group-container.active .view-lines').first().click();
    await editor.page.keyboard.press('Control+Home');
    await editor.page.keyboard.type('# Read and approved in VS Code.\n');
    await editor.screenshot('practice-09-edited');
    await editor.document.codeLens('Approve This Edited Script').click();
    const decision = (): ReturnType<typeof log.all<'proposal.decided'>>[number]['decision'] | undefined =>
      log.all('proposal.decided').find((each) => each.decision.proposal === script.id)?.decision;
    await log.waitFor('approval of the edited script', () => decision() !== undefined, 1);
    const edited = decision()?.edited;
    assert.ok(edited?.script);
    assert.ok(edited.script.startsWith('# Read and approved in VS Code.\n'));
    assert.equal(edited.hash.length, 64);
    const created = (): ReturnType<typeof log.all<'experiment.created'>>[number] | undefined =>
      log.all('experiment.created').find(({ scriptHash }) => scriptHash === edited.hash);
    await log.waitFor('experiment with the edited script', () => created() !== undefined, 2);
    const folder = created()?.folder ?? '';
    assert.equal(readFileSync(join(log.folder(), folder, 'train.py'), 'utf8'), edited.script);
  });

  it('shows the loss falling, and goes on after a reload in mid-training', async () => {
    const frame = await panel();
    // A window that was reloaded at once may come back with the tab of a moment before.
    await frame.getByRole('tab', { name: 'Overview' }).click();
    const line = frame.locator('.loss-chart .summary');
    await line.filter({ hasText: /^\d\d-\S+: step \d+ of \d+, loss/ }).waitFor({ timeout: 10 * 60_000 });
    const early = step(await line.innerText());
    await line.filter({ hasNotText: new RegExp(`step ${early} of`) }).waitFor({ timeout: 120_000 });
    await editor.screenshot('practice-10-training');
    const seen = step(await line.innerText());
    await editor.reload();
    const again = (await editor.webviewFrame('.loss-chart .summary', 60_000)).locator('.loss-chart .summary');
    await again.filter({ hasText: /^\d\d-\S+: step \d+ of \d+/ }).waitFor({ timeout: 60_000 });
    assert.ok(step(await again.innerText()) >= seen);
    await editor.screenshot('practice-11-reloaded-in-training');
    await log.waitFor(
      'end of the training',
      () => log.all('experiment.scored').some(({ experiment }) => experiment !== 'baseline'),
      10,
    );
    const trainings = log.all('job.submitted').filter(({ kind }) => kind === 'train');
    assert.equal(trainings.length, new Set(trainings.map(({ id }) => id)).size);
  });

  it('comes to a promotion that the person can see', async () => {
    await editor.showContainer(container);
    const over = (): boolean => log.all('run.finished').length > 0;
    while (!over()) {
      await log.waitFor('script to approve, or the end', () => over() || log.pending().length > 0, 10);
      const [next] = log.pending();
      if (next === undefined) continue;
      await editor.tree('Approvals').action(next.title, 'Approve');
      await log.waitFor('decision', () => !log.pending().some(({ id }) => id === next.id), 1);
    }
    const frame = await panel();
    await frame.locator('.result').waitFor();
    assert.match(await frame.locator('.result').innerText(), /Promoted/);
    await editor.tree('Runs').waitFor('on the promotion split');
    await editor.screenshot('practice-12-promoted');
    for (const name of ['Datasets', 'Experiments', 'Decisions', 'Log']) {
      await frame.getByRole('tab', { name: new RegExp(`^${name}`) }).click();
      await editor.screenshot(`practice-13-${name.toLowerCase()}`);
    }
    await frame.getByRole('tab', { name: 'Overview' }).click();
    assert.equal(log.all('promotion.decided').at(-1)?.verdict, 'better');
  });

  it('leaves a log without a gap or a double, and a report', async () => {
    const events = log.events();
    assert.deepEqual(
      events.map(({ seq }) => seq),
      events.map((_, index) => index + 1),
    );
    assert.equal(log.all('run.started').length, 3);
    const jobs = log.all('job.submitted').map(({ id }) => id);
    assert.equal(jobs.length, new Set(jobs).size);
    assert.match(readFileSync(join(log.folder(), log.all('report.written').at(-1)?.file ?? ''), 'utf8'), /baseline/i);
    await editor.command('ML Intern: Open Report');
    await editor.document.tab(/report/i).waitFor();
    await editor.screenshot('practice-14-report');
    assert.deepEqual(
      editor.consoleLines.filter((line) => /violates the following Content Security Policy/.test(line)),
      [],
    );
  });
});

function step(text: string): number {
  return Number(/step (\d+)/.exec(text)?.[1] ?? -1);
}
