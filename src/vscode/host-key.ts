/** Asks once whether an unknown SSH host is the right one. */
import * as vscode from 'vscode';

export async function confirmHostKey(host: string, fingerprint: string): Promise<boolean> {
  const trust = 'Trust This Host';
  const choice = await vscode.window.showWarningMessage(
    `Is this really ${host}?`,
    {
      modal: true,
      detail: `It is not in your known hosts. Compare its key's fingerprint with what its owner gives you:\n\n${fingerprint}`,
    },
    trust,
  );
  return choice === trust;
}
