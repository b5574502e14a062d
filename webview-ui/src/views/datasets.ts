/** Dataset picks: why, licence, overlap with the benchmark, and accept or reject for those that wait. */
import type { PanelDataset } from '../../../src/core/protocol/panel-view';
import { type Child, h, icon } from '../dom';
import { badge, drawSpans, empty, facts, trainedOn } from './parts';

const order: readonly PanelDataset['status'][] = ['proposed', 'used', 'seen', 'refused'];

export function drawDatasets(datasets: readonly PanelDataset[]): Child[] {
  if (datasets.length === 0) {
    return [
      empty(
        'No dataset looked at yet.',
        'After reading, the agent searches for data, checks licence and overlap with the benchmark, and asks before it uses any.',
      ),
    ];
  }
  const sorted = datasets.toSorted((a, b) => order.indexOf(a.status) - order.indexOf(b.status));
  return [h('div', { class: 'datasets' }, sorted.map(drawDataset))];
}

/** One word, where there is little room; the whole is in the tooltip. */
export function briefStatus(dataset: PanelDataset): HTMLElement {
  const element = statusBadge(dataset);
  const whole = element.textContent;
  const text = element.lastChild;
  if (text !== null && dataset.approval === null) text.textContent = whole.replace(/ by .*$/, '');
  element.title = [whole, dataset.reason].filter((part) => part !== '').join(': ');
  return element;
}

export function statusBadge(dataset: PanelDataset): HTMLElement {
  if (dataset.approval !== null) return badge('Waiting for you', 'warn', 'bell-dot');
  const by =
    dataset.decidedBy === null ? '' : ` by ${dataset.decidedBy === 'person' ? 'you' : `the ${dataset.decidedBy}`}`;
  if (dataset.status === 'used') return badge(`Accepted${by}`, 'good', 'check');
  if (dataset.status === 'refused') return badge(`Refused${by}`, 'bad', 'circle-slash');
  return badge(dataset.status === 'seen' ? 'Looked at' : 'Proposed', 'neutral', 'eye');
}

function drawDataset(dataset: PanelDataset): HTMLElement {
  return h(
    'article',
    { class: `dataset ${dataset.status}` },
    h(
      'div',
      { class: 'title-row' },
      h('h3', {}, icon('database'), dataset.id),
      statusBadge(dataset),
      licenceBadge(dataset),
      overlapBadge(dataset),
    ),
    dataset.reason === '' ? null : h('p', { class: 'why' }, dataset.reason),
    facts(dataset.facts.filter(({ label }) => label !== 'Licence')),
    dataset.remarks.length === 0
      ? null
      : h(
          'ul',
          { class: 'remarks' },
          dataset.remarks.map((remark) => h('li', {}, icon('info'), remark)),
        ),
    sample(dataset),
    examples(dataset),
  );
}

function licenceBadge({ licence, licenceVerdict }: PanelDataset): Child {
  if (licenceVerdict === null) return null;
  const tone = { allow: 'good', ask: 'warn', deny: 'bad' }[licenceVerdict];
  const words = { allow: 'allowed', ask: 'you decide', deny: 'not allowed' }[licenceVerdict];
  return badge(`${licence ?? 'no licence'}: ${words}`, tone, 'law');
}

function overlapBadge({ overlap }: PanelDataset): Child {
  if (overlap === null) return badge('Overlap not checked', 'neutral', 'shield');
  if (overlap.hits === 0) return badge('No overlap', 'good', 'shield');
  return badge(`${overlap.flaggedRows} of ${overlap.rows} rows overlap`, overlap.blocked ? 'bad' : 'warn', 'warning');
}

function sample({ sample: rows }: PanelDataset): Child {
  if (rows.length === 0) return null;
  return h(
    'details',
    { class: 'rendered' },
    h('summary', {}, 'Rows as the model will see them'),
    rows.map(({ spans, problem }, index) =>
      h(
        'figure',
        {},
        h(
          'figcaption',
          { class: 'muted' },
          `Row ${index + 1}: ${problem === '' ? trainedOn : `cannot be used: ${problem}`}`,
        ),
        problem === '' ? drawSpans(spans) : null,
      ),
    ),
  );
}

function examples({ overlap }: PanelDataset): Child {
  if (overlap === null || overlap.examples.length === 0) return null;
  return h(
    'details',
    {},
    h('summary', {}, 'Rows that look like evaluation items'),
    overlap.examples.map(({ place, rowText, itemText }) =>
      h(
        'div',
        { class: 'pair', role: 'group', 'aria-label': place },
        h('div', {}, h('span', { class: 'muted' }, place), rowText),
        h('div', {}, h('span', { class: 'muted' }, 'Item'), itemText),
      ),
    ),
  );
}
