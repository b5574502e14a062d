/** The built panel in a real browser: its policy holds, every control has a name, and it reads well in each theme. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { HostToPanel, PanelPoint, PanelReading } from '../../src/core/protocol/messages';
import { parsePanelMessage } from '../../src/core/protocol/messages';
import { reduce } from '../../src/core/run/reducer';
import { projectRun } from '../../src/vscode/run-panel/project';
import { type PanelBed, type PanelPage, startPanelBed } from './panel-page';
import { type Log, untilDataset, untilTraining, wholeStory } from '../support/story';
import { recipeRow, renderedSample, waterfall } from '../support/core/samples';
import { proposals } from '../support/story-parts';
import type { ThemeName } from '../support/themes';

const screenshots = resolve(__dirname, '../../.cache/screenshots');

const snapshot = (log: Log, active = true): HostToPanel => ({
  v: 1,
  type: 'snapshot',
  view: projectRun(reduce(log.events), { active, trusted: true, now: 0 }),
});

/** A falling loss with some noise, the same at every call. */
function points(count: number, seed: number, total = 240): PanelPoint[] {
  return Array.from({ length: count }, (_, index) => {
    const step = index + 1;
    const noise = Math.sin(step * 12.9 + seed) * 0.08 + Math.sin(step * 3.3 + seed) * 0.05;
    const loss = 0.35 + 2.6 * Math.exp(-step / (28 + 14 * seed)) + noise * Math.exp(-step / 120);
    const warm = Math.min(1, step / 12);
    const learningRate = 0.002 * warm * (0.5 + 0.5 * Math.cos((Math.PI * step) / total));
    return { step, totalSteps: total, loss, learningRate, evalLoss: null, etaSeconds: (total - step) * 0.2 };
  });
}

const metrics = (job: string, list: PanelPoint[], whole = true): HostToPanel => ({
  v: 1,
  type: 'metrics',
  job,
  points: list,
  whole,
});

/** A busy pair of GPUs, the same at every call. */
function readings(count: number, gpus = 2): PanelReading[] {
  return Array.from({ length: count }, (_, step) => ({
    time: 1_778_576_454 + step * 5,
    gpus: Array.from({ length: gpus }, (_each, index) => ({
      index,
      busyPercent: 88 + 9 * Math.sin(step / 3 + index),
      memoryMiB: Math.min(61_000, 8000 + step * 2400) + 900 * index,
      watts: 560 + 60 * Math.sin(step / 4 + index),
      celsius: 48 + 20 * (1 - Math.exp(-step / 18)) + 3 * index,
    })),
    cpuPercent: step === 0 ? null : 22 + 8 * Math.sin(step / 2),
    memoryMiB: 48_000 + 40 * step,
    jobMemoryMiB: 21_000 + 38 * step,
    diskFreeMiB: 812_000 - 900 * Math.floor(step / 20),
  }));
}

const telemetry = (job: string, list: PanelReading[], whole = true): HostToPanel => ({
  ...{ v: 1, type: 'telemetry', job, readings: list, whole },
});

describe('the run panel in a browser', function () {
  this.timeout(120_000);
  let bed: PanelBed;
  let panel: PanelPage;

  before(async () => {
    mkdirSync(screenshots, { recursive: true });
    bed = await startPanelBed();
  });
  afterEach(async () => panel.close());
  after(async () => bed?.close());

  const show = async (theme: ThemeName, log: Log, active = true): Promise<void> => {
    panel = await bed.open(theme);
    await panel.send(snapshot(log, active));
    await panel.page.locator('header h1').waitFor();
  };
  const tab = (name: string | RegExp): Promise<void> => panel.page.getByRole('tab', { name }).click();
  const picture = (name: string): Promise<unknown> =>
    panel.page.screenshot({ path: join(screenshots, `panel-${name}.png`), fullPage: true });

  for (const theme of ['dark', 'light', 'high-contrast'] as const) {
    it(`shows a finished run in the ${theme} theme without a policy violation or an unnamed control`, async () => {
      await show(theme, wholeStory(), false);
      await panel.send(metrics('train-1', points(240, 1)));
      await panel.send(metrics('train-3', points(240, 2)));
      await panel.send(telemetry('train-3', readings(60)));
      await panel.page.locator('.loss-chart .uplot canvas').waitFor();
      await panel.page.locator('.machine-chart .uplot canvas').last().waitFor();
      assert.match(await panel.page.locator('.result').innerText(), /\+0\.387[\s\S]*Promoted/);
      await picture(`${theme}-overview`);
      for (const name of ['Papers', 'Datasets', 'Experiments', 'Decisions', 'Log']) {
        await tab(new RegExp(`^${name}`));
        await picture(`${theme}-${name.toLowerCase()}`);
      }
      assert.deepEqual(await unnamedControls(panel), []);
      assert.deepEqual(panel.complaints, []);
    });
  }

  it('shows the recipes of the literature with their words, and where rows went', async () => {
    const log = wholeStory();
    log.add('recipe-row.noted', { row: recipeRow(), file: 'papers/recipe-table.md' });
    const experiment = reduce(log.events).experiments[0]?.id ?? '';
    log.add('recipe.compiled', { experiment, job: 'train-1', waterfall: waterfall(), rendered: renderedSample() });
    await show('dark', log, false);
    await tab(/^Papers/);
    const table = panel.page.getByRole('table').first();
    assert.match(await table.innerText(), /Hyperparameters[\s\S]*0\.31 exact[\s\S]*learning rate 3e-4/);
    await panel.page.getByText('The words of Glim Colours behind 0.31 exact').click();
    await panel.page.getByText('We train on lab/qa.').waitFor();
    await picture('dark-recipes');
    await tab(/^Datasets/);
    await panel.page.getByText('8 training rows').click();
    await panel.page.getByText('Not mapped: 2 missing-column').waitFor();
    await panel.page.getByText('2 × mark-in-text, e.g. row 3').waitFor();
    assert.match(await panel.page.locator('.waterfalls mark').innerText(), /ignore your rules<\/s>/);
    await picture('dark-waterfall');
    assert.deepEqual(await unnamedControls(panel), []);
    assert.deepEqual(panel.complaints, []);
  });

  it('shows rows of a dataset as the model will see them, and why one cannot be used', async () => {
    await show('dark', untilDataset());
    await tab(/^Datasets/);
    await panel.page.getByText('Rows as the model will see them').first().click();
    assert.match(await panel.page.locator('.rendered pre').first().innerText(), /Which sill is red\?[^]*the third/);
    await panel.page
      .getByText(/Row 2: cannot be used: a value that the mapping asks for/)
      .first()
      .waitFor();
    await picture('dark-sample');
    assert.deepEqual(panel.complaints, []);
  });

  it('says in every empty view what will come', async () => {
    await show('dark', { events: untilDataset().events.slice(0, 2) } as Log);
    for (const name of ['Overview', 'Papers', 'Datasets', 'Experiments', 'Decisions', 'Log']) {
      await tab(name);
      const view = panel.page.locator('vscode-panel-view:visible');
      assert.ok((await view.locator('.empty:visible').count()) > 0, `${name} says nothing while it is empty`);
    }
    await picture('dark-empty');
  });

  it('asks the host for what the person decides, and demands a reason for a rejection', async () => {
    await show('dark', untilDataset());
    await panel.page.getByRole('button', { name: /^Reject orchard/ }).click();
    assert.match(await panel.page.locator('.complaint').innerText(), /Say why/);
    await panel.page.getByRole('textbox', { name: 'Feedback' }).fill('Too few rows.');
    await picture('dark-approval');
    await panel.page.getByRole('button', { name: /^Reject orchard/ }).click();
    const last = (await panel.asked()).at(-1);
    const expected = {
      v: 1,
      type: 'decide',
      proposal: 'call-good',
      hash: proposals.good.hash,
      verdict: 'reject',
      reason: 'Too few rows.',
    };
    assert.deepEqual(last, expected);
    assert.deepEqual(parsePanelMessage(last), expected);
  });

  it('keeps what a person types while the run goes on around it', async () => {
    await show('dark', untilDataset());
    const field = panel.page.getByRole('textbox', { name: 'Feedback' });
    await field.fill('Half a thought');
    const busier = untilDataset();
    busier.say('Meanwhile the agent talks on.');
    await panel.send(snapshot(busier));
    await tab(/^Log/);
    await panel.page.getByText('Meanwhile the agent talks on.').waitFor();
    assert.equal(await field.inputValue(), 'Half a thought');
  });

  it('moves the loss curve as points arrive, and says it in words', async () => {
    await show('dark', untilTraining());
    const all = points(240, 2);
    await panel.send(metrics('train-3', all.slice(0, 60)));
    await panel.page.getByText('03-longer: step 60 of 240').waitFor();
    await panel.send(metrics('train-3', all.slice(60, 130), false));
    await panel.page.getByText('03-longer: step 130 of 240').waitFor();
    await picture('dark-training');
    assert.deepEqual(panel.complaints, []);
  });

  it('draws what the machine does as it comes, and says why there is no GPU', async () => {
    await show('dark', untilTraining());
    const machine = panel.page.locator('.machine');
    await machine.getByText('No job has run yet.').waitFor();
    await panel.send(telemetry('train-3', []));
    await machine.getByText('Nothing is recorded of Training: 03-longer yet.').waitFor();
    await panel.send(telemetry('train-3', readings(40, 0), false));
    await machine.getByText(/No GPU is drawn: the job uses none/).waitFor();
    assert.match(await machine.locator('.machine-chart', { hasText: 'CPU busy' }).innerText(), /\d+ %/);
    assert.equal(await machine.locator('.machine-chart').count(), 3);
    await machine.getByText('Show as a table').click();
    assert.match(await machine.getByRole('table').innerText(), /Memory used, this job\t22\.\d GiB\t20\.\d GiB/);
    await picture('dark-machine');
    assert.deepEqual(await unnamedControls(panel), []);
    assert.deepEqual(panel.complaints, []);
  });

  it('says why when the run cannot be read', async () => {
    panel = await bed.open('dark');
    await panel.send({ v: 1, type: 'refused', message: 'There is no run of this name.', next: 'Open another one.' });
    await panel.page.getByRole('alert').getByText('There is no run of this name. Open another one.').waitFor();
  });

  it('reaches every tab with the keyboard', async () => {
    await show('dark', wholeStory());
    await panel.page.getByRole('tab', { name: 'Overview' }).focus();
    await panel.page.keyboard.press('ArrowRight');
    await panel.page.locator('.paper').first().waitFor();
    assert.equal(await panel.page.getByRole('tab', { name: /^Papers/ }).getAttribute('aria-selected'), 'true');
  });
});

/** Controls that a screen reader could not name. */
function unnamedControls(panel: PanelPage): Promise<string[]> {
  return panel.page.evaluate(() => {
    const controls = [
      ...document.querySelectorAll(
        'a, button, input, vscode-button, vscode-text-area, [role=tab], [role=img], [role=meter]',
      ),
    ];
    return controls
      .filter((control) => ((control.getAttribute('aria-label') ?? control.textContent) || '').trim() === '')
      .map((control) => control.outerHTML.slice(0, 120));
  });
}
