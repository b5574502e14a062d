/** What was said and done, newest at the foot, and a box to tell the agent something. */
import type { PanelView } from '../../../src/core/protocol/panel-view';
import { h, icon, KeyedList } from '../dom';
import { clock } from '../format';
import type { Host } from '../host';
import { button, empty } from './parts';

type TalkItem = PanelView['talk'][number];

const who: Record<TalkItem['who'], { word: string; icon: string }> = {
  agent: { word: 'Agent', icon: 'sparkle' },
  person: { word: 'You', icon: 'account' },
  tool: { word: 'Tool', icon: 'tools' },
};

export class Talk {
  readonly element = h('div', { class: 'talk' });
  private readonly list = new KeyedList<TalkItem>(h('ol', { class: 'log' }), ({ seq }) => String(seq), drawItem);
  private readonly speech = h('div', { class: 'speech', 'aria-live': 'off' });
  private readonly nothing = empty('Nothing said yet.', 'What the agent says and does is listed here as it happens.');
  private readonly tell: HTMLElement;

  constructor(host: Host) {
    this.tell = tellBox(host);
    this.element.append(this.nothing, this.list.element, this.speech, this.tell);
  }

  show(talk: readonly TalkItem[], speech: string, active: boolean): void {
    const atFoot = this.list.element.scrollHeight - this.list.element.scrollTop - this.list.element.clientHeight < 40;
    this.nothing.hidden = talk.length > 0;
    this.list.show(talk);
    if (this.speech.textContent !== speech) this.speech.textContent = speech;
    this.speech.hidden = speech === '';
    this.tell.hidden = !active;
    if (atFoot) this.list.element.scrollTop = this.list.element.scrollHeight;
  }
}

function drawItem(item: TalkItem): HTMLElement {
  const { word, icon: iconName } = who[item.who];
  const long = item.text.length > 400;
  const body = long
    ? h('details', {}, h('summary', {}, `${item.text.slice(0, 160).trimEnd()}…`), h('pre', {}, item.text))
    : h('div', { class: 'text' }, item.text);
  return h(
    'li',
    { class: item.who },
    h('span', { class: 'who' }, icon(iconName), word),
    h('div', { class: 'grow' }, body),
    h('span', { class: 'muted number' }, clock(item.time)),
  );
}

function tellBox(host: Host): HTMLElement {
  const placeholder = 'It reads this before its next step.';
  const area = h('vscode-text-area', { rows: 2, resize: 'vertical', placeholder }, 'Tell the agent');
  const field = area as unknown as { value?: string };
  const send = (): void => {
    const text = (field.value ?? '').trim();
    if (text === '') return;
    host.send({ type: 'tell', text });
    field.value = '';
  };
  return h(
    'div',
    { class: 'tell' },
    area,
    button('Send', 'send', send, { appearance: 'primary', label: 'Send feedback to the agent' }),
  );
}
