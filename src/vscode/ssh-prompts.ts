/** Asks for what an SSH server wants to know: passphrases, passwords, codes. */
import * as vscode from 'vscode';
import type { Prompts, SecretAnswer, SecretQuestion } from '../core/ports/prompts';

const remember = 'Remember';
const onlyThisTime = 'Only This Time';

/** The part of the window that asks. */
type Asking = Pick<typeof vscode.window, 'showInputBox' | 'showQuickPick'>;

/** One for the whole window, so that every box of it shares the answers. */
export class EditorPrompts implements Prompts {
  readonly answered = new Map<string, SecretAnswer>();

  constructor(private readonly window: Asking = vscode.window) {}

  async secret(question: SecretQuestion, signal?: AbortSignal): Promise<SecretAnswer | undefined> {
    const closing = new vscode.CancellationTokenSource();
    const close = () => closing.cancel();
    signal?.addEventListener('abort', close, { once: true });
    try {
      const answer = await this.window.showInputBox(inputBox(question), closing.token);
      if (answer === undefined) return undefined;
      return { answer, remember: question.mayRemember && (await this.wantsToRemember(question)) };
    } finally {
      signal?.removeEventListener('abort', close);
      closing.dispose();
    }
  }

  /** Escape keeps nothing. */
  private async wantsToRemember({ what }: SecretQuestion): Promise<boolean> {
    const choice = await this.window.showQuickPick(
      [
        { label: onlyThisTime, description: 'Asked for again when the editor has been restarted' },
        { label: remember, description: "Kept in VS Code's secret storage until you forget it" },
      ],
      { title: what, placeHolder: 'Remember it?', ignoreFocusOut: true },
    );
    return choice?.label === remember;
  }
}

function inputBox({ what, detail, echo }: SecretQuestion): vscode.InputBoxOptions {
  return { title: what, prompt: detail, password: !echo, ignoreFocusOut: true };
}
