/** The "ML Intern" output channel as the product's logger. */
import * as vscode from 'vscode';
import type { Logger } from '../core/ports/common';

export interface EditorLog extends Logger, vscode.Disposable {
  show(): void;
}

export function createLog(): EditorLog {
  const channel = vscode.window.createOutputChannel('ML Intern', { log: true });
  return {
    info: (message) => channel.info(message),
    warn: (message) => channel.warn(message),
    error: (message, error) => {
      channel.error(message);
      if (error instanceof Error) channel.error(error);
    },
    show: () => channel.show(true),
    dispose: () => channel.dispose(),
  };
}
