/** Proposals as read-only documents and their edited copies as writable ones. Nothing of this touches the person's files. */
import * as vscode from 'vscode';
import type { RunsModel } from '../runs-model';
import { draftScheme, parseDocumentPath, proposalScheme } from './documents';
import { renderProposal } from './render';

const noPermission = (): never => {
  throw vscode.FileSystemError.NoPermissions(
    'Proposals and their edited copies cannot be moved, made or removed by hand.',
  );
};

/** What both kinds share: flat, and not to be rearranged. */
abstract class FlatFiles implements vscode.FileSystemProvider {
  protected readonly changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  readonly onDidChangeFile = this.changed.event;
  readonly createDirectory = noPermission;
  readonly rename = noPermission;
  readonly delete = noPermission;

  watch(): vscode.Disposable {
    return new vscode.Disposable(() => undefined);
  }

  readDirectory(): [string, vscode.FileType][] {
    return [];
  }

  abstract stat(uri: vscode.Uri): Promise<vscode.FileStat>;
  abstract readFile(uri: vscode.Uri): Promise<Uint8Array>;
  abstract writeFile(uri: vscode.Uri, content: Uint8Array): Promise<void>;
}

class ProposalFiles extends FlatFiles {
  constructor(private readonly model: RunsModel) {
    super();
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    return { type: vscode.FileType.File, ctime: 0, mtime: 0, size: (await this.readFile(uri)).byteLength };
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    const address = parseDocumentPath(uri.path);
    if (address === undefined) throw vscode.FileSystemError.FileNotFound(uri);
    const view = await this.model.open(address.run);
    const entry = view.proposals.find(({ proposal }) => proposal.id === address.proposal);
    if (entry === undefined) throw vscode.FileSystemError.FileNotFound(uri);
    return new TextEncoder().encode(renderProposal(entry.proposal, address.role));
  }

  readonly writeFile = noPermission;
}

/** Drafts are kept in the workspace's storage, so that a reload in the middle of an edit loses nothing. */
export class DraftFiles extends FlatFiles {
  constructor(private readonly state: vscode.Memento) {
    super();
  }

  private static readonly prefix = 'mlIntern.draft:';

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const draft = this.get(uri);
    const size = new TextEncoder().encode(draft.text).byteLength;
    return { type: vscode.FileType.File, ctime: 0, mtime: draft.time, size };
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    return new TextEncoder().encode(this.get(uri).text);
  }

  async writeFile(uri: vscode.Uri, content: Uint8Array): Promise<void> {
    await this.put(uri, new TextDecoder().decode(content));
    this.changed.fire([{ type: vscode.FileChangeType.Changed, uri }]);
  }

  has(uri: vscode.Uri): boolean {
    return this.state.get(DraftFiles.prefix + uri.path) !== undefined;
  }

  async put(uri: vscode.Uri, text: string): Promise<void> {
    await this.state.update(DraftFiles.prefix + uri.path, { text, time: Date.now() });
  }

  async forget(uri: vscode.Uri): Promise<void> {
    await this.state.update(DraftFiles.prefix + uri.path, undefined);
  }

  private get(uri: vscode.Uri): { text: string; time: number } {
    const draft = this.state.get<{ text: string; time: number }>(DraftFiles.prefix + uri.path);
    if (draft === undefined) throw vscode.FileSystemError.FileNotFound(uri);
    return draft;
  }
}

export function registerProposalFiles(model: RunsModel, drafts: DraftFiles): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.workspace.registerFileSystemProvider(proposalScheme, new ProposalFiles(model), { isReadonly: true }),
    vscode.workspace.registerFileSystemProvider(draftScheme, drafts),
  );
}
