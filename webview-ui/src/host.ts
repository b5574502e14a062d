/** The line to the editor: what is asked of it, what it says, and where the person was. */
import type { HostToPanel, PanelToHost } from '../../src/core/protocol/messages';
import { protocolVersion } from '../../src/core/protocol/panel-view';

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

export interface PanelState {
  runId: string;
  tab: string;
}

/** A request without its version: that is added here. */
export type Request = PanelToHost extends infer M ? (M extends unknown ? Omit<M, 'v'> : never) : never;

export interface Host {
  send(request: Request): void;
  onMessage(listener: (message: HostToPanel) => void): void;
  state(): PanelState | undefined;
  keep(state: PanelState): void;
}

export function connectHost(): Host {
  const api = acquireVsCodeApi();
  return {
    send: (request) => api.postMessage({ v: protocolVersion, ...request }),
    onMessage: (listener) =>
      window.addEventListener('message', ({ data }: MessageEvent<HostToPanel>) => {
        if (data.v === protocolVersion) listener(data);
      }),
    state: () => api.getState() as PanelState | undefined,
    keep: (state) => api.setState(state),
  };
}
