/** A transfer that a person sees go on, and can cancel. */
import * as vscode from 'vscode';
import type { StorageOptions } from '../core/ports/box-files';
import { sizeText } from '../core/size';

export function transferring<T>(title: string, work: (watch: StorageOptions) => Promise<T>): Thenable<T> {
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return vscode.window.withProgress(options, (progress, token) => {
    const leaving = new AbortController();
    token.onCancellationRequested(() => leaving.abort());
    let told = 0;
    return work({
      signal: leaving.signal,
      onProgress: ({ bytes, totalBytes }) => {
        const share = totalBytes === 0 ? 100 : (100 * bytes) / totalBytes;
        progress.report({ increment: share - told, message: `${sizeText(bytes)} of ${sizeText(totalBytes)}` });
        told = share;
      },
    });
  });
}
