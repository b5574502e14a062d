/** Redraws, beside a dataset's edited mapping, what it makes of the rows: shortly after each change, without taking the focus. */
import * as vscode from 'vscode';
import type { SourceProblem } from '../../core/approvals/source-problem';
import type { EditorLog } from '../log';
import type { RunsModel } from '../runs-model';
import { draftScheme, parseDocumentPath, type DocumentAddress } from './documents';
import { sampleDocument, type SampleState } from './sample-document';

export const sampleScheme = 'ml-intern-sample';

/** Long enough for a word to be typed. */
const pause = 400;

interface Drawing {
  state: SampleState;
  timer: NodeJS.Timeout | undefined;
  /** Counts the changes: an answer to an earlier one is dropped. */
  change: number;
}

export class SamplePreviews implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;
  private readonly problems = vscode.languages.createDiagnosticCollection('mlIntern.mapping');
  private readonly drawings = new Map<string, Drawing>();
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    private readonly model: RunsModel,
    private readonly log: Pick<EditorLog, 'warn'>,
  ) {
    this.subscriptions = [
      this.changed,
      this.problems,
      vscode.workspace.registerTextDocumentContentProvider(sampleScheme, this),
      vscode.workspace.onDidOpenTextDocument((document) => this.draw(document, 0)),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.draw(document, pause)),
      vscode.workspace.onDidCloseTextDocument((document) => this.forget(document)),
      // A draft that VS Code opened again by itself is there before its run is.
      model.onDidChange(() => this.drawNew()),
    ];
    this.drawNew();
  }

  async show(draft: vscode.Uri): Promise<void> {
    const document = await vscode.workspace.openTextDocument(sampleUri(draft));
    const beside = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true, preview: false };
    await vscode.window.showTextDocument(document, beside);
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    const drawing = this.drawings.get(keyOf(uri));
    const address = parseDocumentPath(uri.path);
    const dataset = address === undefined ? '' : this.datasetOf(address);
    return sampleDocument(drawing?.state ?? { dataset: dataset ?? '', preview: null, problem: null });
  }

  private drawNew(): void {
    for (const document of vscode.workspace.textDocuments) {
      if (!this.drawings.has(keyOf(document.uri))) this.draw(document, 0);
    }
  }

  private datasetOf({ run, proposal }: DocumentAddress): string | undefined {
    const subject = this.model.proposal(run, proposal)?.proposal.subject;
    return subject?.kind === 'dataset' ? subject.sheet.id : undefined;
  }

  private draw(document: vscode.TextDocument, after: number): void {
    const address = document.uri.scheme === draftScheme ? parseDocumentPath(document.uri.path) : undefined;
    const dataset = address && this.datasetOf(address);
    if (address === undefined || dataset === undefined) return;
    const drawing = this.drawing(keyOf(document.uri), dataset);
    const change = ++drawing.change;
    clearTimeout(drawing.timer);
    drawing.timer = setTimeout(() => {
      void this.redraw(document, address, drawing, change).catch((error: unknown) => this.log.warn(String(error)));
    }, after);
  }

  private drawing(key: string, dataset: string): Drawing {
    const known = this.drawings.get(key);
    if (known !== undefined) return known;
    const fresh: Drawing = { state: { dataset, preview: null, problem: null }, timer: undefined, change: 0 };
    this.drawings.set(key, fresh);
    return fresh;
  }

  private async redraw(
    document: vscode.TextDocument,
    { run, proposal }: DocumentAddress,
    drawing: Drawing,
    change: number,
  ): Promise<void> {
    const answer = await this.model.previewSource(run, proposal, document.getText());
    if (drawing.change !== change || document.isClosed) return;
    const problem = 'problem' in answer ? answer.problem : null;
    const range = problem && rangeOf(document, problem);
    drawing.state = {
      ...drawing.state,
      ...('preview' in answer ? { preview: answer.preview } : {}),
      problem: problem && range && { line: range.start.line + 1, message: problem.message },
    };
    this.problems.set(document.uri, problem && range ? [diagnostic(range, problem)] : []);
    this.changed.fire(sampleUri(document.uri));
  }

  private forget({ uri }: vscode.TextDocument): void {
    const drawing = uri.scheme === draftScheme ? this.drawings.get(keyOf(uri)) : undefined;
    if (drawing === undefined) return;
    clearTimeout(drawing.timer);
    this.drawings.delete(keyOf(uri));
    this.problems.delete(uri);
  }

  dispose(): void {
    for (const { timer } of this.drawings.values()) clearTimeout(timer);
    for (const subscription of this.subscriptions) subscription.dispose();
  }
}

/** A page to read that belongs to the draft. */
export function sampleUri(draft: vscode.Uri): vscode.Uri {
  return draft.with({ scheme: sampleScheme, path: draft.path.replace(/-rows\.json$/, '-sample.md') });
}

/** The same for a draft and its page. */
function keyOf({ path }: vscode.Uri): string {
  const { run = '', proposal = '' } = parseDocumentPath(path) ?? {};
  return JSON.stringify([run, proposal]);
}

function rangeOf(document: vscode.TextDocument, { start, end }: SourceProblem): vscode.Range {
  return new vscode.Range(document.positionAt(start), document.positionAt(end));
}

function diagnostic(range: vscode.Range, { message }: SourceProblem): vscode.Diagnostic {
  const shown = new vscode.Diagnostic(range, message, vscode.DiagnosticSeverity.Error);
  return Object.assign(shown, { source: 'ML Intern' });
}
