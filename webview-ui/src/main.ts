/** The run panel: shows what the host says, sends what the person asks for, and remembers only where the person was. */
import { connectHost } from './host';
import { Page } from './page';
import { type Action, initialState, reduce } from './state';
import { registerToolkit } from './toolkit';

registerToolkit();

const root = document.getElementById('panel');
if (root !== null) start(root);

function start(element: HTMLElement): void {
  const host = connectHost();
  const runId = element.dataset['run'] ?? '';
  const tab = host.state()?.tab ?? 'overview';
  host.keep({ runId, tab });
  let state = initialState;
  let frame = 0;
  const page = new Page(element, host, tab, {
    tab: (id) => host.keep({ runId, tab: id }),
    dismiss: () => act({ type: 'dismissed' }),
  });
  const draw = (): void => {
    frame = 0;
    page.show(state);
  };
  const act = (action: Action): void => {
    state = reduce(state, action);
    // Several messages before the next frame are drawn once. A timer, because a hidden page gets no frames.
    if (frame === 0) frame = window.setTimeout(draw, 16);
  };
  host.onMessage(act);
  host.send({ type: 'ready' });
}
