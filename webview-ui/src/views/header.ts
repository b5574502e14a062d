/** Who and what: name, state, phase, budget, and the buttons that concern the whole run. */
import type { PanelMeter, PanelView } from '../../../src/core/protocol/panel-view';
import { type Child, h, icon } from '../dom';
import { capital } from '../format';
import type { Host } from '../host';
import { badge, button, facts } from './parts';

type HeaderView = Pick<
  PanelView,
  | 'name'
  | 'goal'
  | 'facts'
  | 'practice'
  | 'state'
  | 'active'
  | 'trusted'
  | 'phase'
  | 'phases'
  | 'ending'
  | 'contact'
  | 'hasReport'
  | 'meters'
>;

export function headerSlice(view: PanelView): HeaderView {
  const {
    name,
    goal,
    facts: list,
    practice,
    state,
    active,
    trusted,
    phase,
    phases,
    ending,
    contact,
    hasReport,
    meters,
  } = view;
  return {
    name,
    goal,
    facts: list,
    practice,
    state,
    active,
    trusted,
    phase,
    phases,
    ending,
    contact,
    hasReport,
    meters,
  };
}

export function drawHeader(view: HeaderView, host: Host): Child[] {
  return [
    h(
      'div',
      { class: 'title-row' },
      h('h1', {}, view.goal === '' ? view.name : view.goal),
      stateBadge(view),
      view.practice ? badge('Practice world', 'neutral', 'beaker') : null,
      view.contact === 'lost' ? badge('No contact with the box', 'warn', 'debug-disconnect') : null,
      h('span', { class: 'spacer' }),
      h('div', { class: 'buttons' }, buttons(view, host)),
    ),
    facts(view.facts, 'facts inline'),
    h('div', { class: 'progress-row' }, phaseStepper(view), h('div', { class: 'meters' }, view.meters.map(meter))),
  ];
}

const endings: Record<string, string> = {
  'goal-met': 'Finished: goal met',
  'budget-spent': 'Finished: budget used up',
  'agent-finished': 'Finished',
};

function stateBadge(view: HeaderView): HTMLElement {
  switch (view.state) {
    case 'waiting':
      return badge(view.active ? 'Waiting for you' : 'Waiting for you (paused)', 'warn', 'bell-dot');
    case 'finished':
      return badge(endings[view.ending] ?? 'Finished', 'good', 'pass');
    case 'stopped':
      return badge('Stopped', 'neutral', 'debug-pause');
    default:
      return view.active ? badge('Running', 'live', 'sync') : badge('Interrupted', 'neutral', 'debug-pause');
  }
}

function buttons(view: HeaderView, host: Host): Child[] {
  const done = view.state === 'finished';
  return [
    view.active && !done ? button('Stop', 'debug-stop', () => host.send({ type: 'stop' })) : null,
    !view.active && !done
      ? button('Resume', 'debug-continue', () => host.send({ type: 'resume' }), {
          appearance: 'primary',
          disabled: !view.trusted,
        })
      : null,
    view.hasReport
      ? button('Report', 'output', () => host.send({ type: 'openReport' }), {
          appearance: 'primary',
          label: 'Open report',
        })
      : null,
    button('Folder', 'folder-opened', () => host.send({ type: 'openFolder' }), { label: 'Open run folder' }),
  ];
}

function phaseStepper(view: HeaderView): HTMLElement {
  const current = view.phase === null ? -1 : view.phases.indexOf(view.phase);
  const finished = view.state === 'finished';
  return h(
    'ol',
    { class: 'phases', 'aria-label': 'Phases' },
    view.phases.map((phase, index) => {
      const state = finished || index < current ? 'done' : index === current ? 'current' : 'todo';
      const mark = { done: 'check', current: 'circle-filled', todo: 'circle-outline' }[state];
      return h(
        'li',
        { class: state, 'aria-current': state === 'current' ? 'step' : null },
        icon(mark),
        capital(phase),
        state === 'done' ? h('span', { class: 'sr-only' }, ' (done)') : null,
      );
    }),
  );
}

function meter({ label, used, cap, text }: PanelMeter): HTMLElement {
  const share = cap === null || cap === 0 ? null : Math.min(1, used / cap);
  const bar =
    share === null
      ? null
      : h(
          'div',
          {
            class: 'bar',
            role: 'meter',
            'aria-label': label,
            'aria-valuemin': 0,
            'aria-valuemax': 100,
            'aria-valuenow': Math.round(share * 100),
            'aria-valuetext': text,
          },
          h('div', { class: share > 0.9 ? 'fill high' : 'fill', style: `width:${(share * 100).toFixed(1)}%` }),
        );
  return h(
    'div',
    { class: 'meter' },
    h('span', { class: 'meter-label' }, label),
    h('span', { class: 'number' }, text),
    bar,
  );
}
