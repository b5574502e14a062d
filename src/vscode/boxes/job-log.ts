/** The log of a job that is over, as a document that nobody can write to. */
import * as vscode from 'vscode';
import { harmless } from '../../core/box/job-telling';
import type { BoxesModel } from './boxes-model';

export const jobLogScheme = 'ml-intern-job';

/** A document is no place for gigabytes; the command line has all of it. */
const most = 4 * 2 ** 20;

export class JobLogs implements vscode.TextDocumentContentProvider {
  private readonly texts = new Map<string, string>();

  constructor(private readonly boxes: BoxesModel) {}

  async show(host: string, job: string): Promise<void> {
    const uri = vscode.Uri.from({ scheme: jobLogScheme, path: `/${host}/${job}.log` });
    const box = await this.boxes.box(host);
    const parts: string[] = [];
    for (const file of ['stdout.log', 'stderr.log']) {
      const text = await box.read(job, file, { offset: 0, limit: most }).then(
        (bytes) => harmless(new TextDecoder().decode(bytes)) + (bytes.length === most ? '\n[cut here]\n' : ''),
        () => '',
      );
      parts.push(`───── ${file} ─────\n${text || '(empty)\n'}`);
    }
    this.texts.set(String(uri), parts.join('\n'));
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document, { preview: true });
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return (
      this.texts.get(String(uri)) ?? 'Open this log again from the Boxes view: nothing connects to a box by itself.'
    );
  }
}
