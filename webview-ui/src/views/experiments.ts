/** Experiments with scores, intervals and the verdict against the parent. */
import type { PanelExperiment, PanelScore, PanelView } from '../../../src/core/protocol/panel-view';
import { type Child, h } from '../dom';
import { capital } from '../format';
import type { Host } from '../host';
import { answerCells, answerHeads, badge, button, comparisonText, empty, scoreText, verdictBadge } from './parts';

type ExperimentsView = Pick<PanelView, 'baseline' | 'experiments'>;

const outcomes: Record<PanelExperiment['outcome'], { tone: string; icon: string }> = {
  open: { tone: 'live', icon: 'beaker' },
  promising: { tone: 'good', icon: 'arrow-up' },
  'not promoted': { tone: 'bad', icon: 'arrow-down' },
  failed: { tone: 'bad', icon: 'error' },
  promoted: { tone: 'good', icon: 'star-full' },
};

export function drawExperiments({ baseline, experiments }: ExperimentsView, host: Host): Child[] {
  if (baseline === null && experiments.length === 0) {
    return [
      empty(
        'No experiment yet.',
        'First the base model is measured; then each experiment is compared with its parent on the same items.',
      ),
    ];
  }
  const heads = ['Experiment', 'Dev score', ...answerHeads, 'Against parent', 'Against baseline', 'Outcome', ''];
  return [
    h(
      'table',
      { class: 'experiments' },
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          heads.map((head) => (head === '' ? h('td', {}) : h('th', { scope: 'col' }, head))),
        ),
      ),
      h(
        'tbody',
        {},
        baseline === null ? null : baselineRow(baseline),
        experiments.map((each) => row(each, host)),
      ),
    ),
    h('div', { class: 'hypotheses' }, experiments.map(details)),
  ];
}

function baselineRow(score: PanelScore): HTMLElement {
  return h(
    'tr',
    {},
    h('th', { scope: 'row' }, 'baseline'),
    h('td', {}, scoreText(score)),
    answerCells(score).map((cell) => h('td', { class: 'number' }, cell)),
    h('td', { class: 'muted' }, '–'),
    h('td', { class: 'muted' }, '–'),
    h('td', {}, badge('the base model', 'neutral')),
    h('td', {}),
  );
}

function row(experiment: PanelExperiment, host: Host): HTMLElement {
  const { id, parent, score, comparison, toBaseline, outcome, activity } = experiment;
  const { tone, icon: iconName } = outcomes[outcome];
  const state = outcome === 'open' && activity !== '' ? activity : outcome;
  return h(
    'tr',
    { class: outcome.replace(' ', '-') },
    h('th', { scope: 'row' }, id, h('div', { class: 'muted parent' }, `from ${parent ?? 'baseline'}`)),
    h('td', {}, scoreText(score)),
    answerCells(score).map((cell) => h('td', { class: 'number' }, cell)),
    h('td', {}, verdictBadge(comparison)),
    h('td', {}, verdictBadge(toBaseline)),
    h('td', {}, badge(capital(state), tone, iconName)),
    h(
      'td',
      {},
      button('Script', 'file-code', () => host.send({ type: 'openExperiment', experiment: id }), {
        label: `Open script of ${id}`,
      }),
    ),
  );
}

function details(experiment: PanelExperiment): HTMLElement {
  const { id, hypothesis, sources, config, note, comparison, training = '' } = experiment;
  return h(
    'article',
    { class: 'hypothesis' },
    h('h3', {}, id),
    h('p', {}, hypothesis),
    h('p', { class: 'muted' }, [sources, config, training].filter((part) => part !== '').join(' · ')),
    comparison === null
      ? null
      : h('p', { class: 'number small' }, `Against ${comparison.against}: ${comparisonText(comparison)}`),
    note === '' ? null : h('p', { class: 'note' }, note),
  );
}
