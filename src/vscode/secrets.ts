/** API keys and SSH secrets in VS Code's secret storage. Each is bound to what it is for: another endpoint or box never gets it. */
import * as vscode from 'vscode';
import type { Secrets } from '../core/ports/common';

export class EditorSecrets implements Secrets {
  constructor(private readonly storage: vscode.SecretStorage) {}

  async get(name: string): Promise<string | undefined> {
    return this.storage.get(name);
  }

  async keep(name: string, value: string): Promise<void> {
    await this.storage.store(name, value);
  }

  async forget(name: string): Promise<void> {
    await this.storage.delete(name);
  }

  /** How many there were. */
  async forgetSsh(): Promise<number> {
    const names = (await this.storage.keys()).filter((name) => /^ssh-(key|password):/.test(name));
    for (const name of names) await this.forget(name);
    return names.length;
  }

  async setModelKey(baseUrl: string, key: string): Promise<void> {
    await this.storage.store(modelSecret(baseUrl), key);
  }

  async removeModelKey(baseUrl: string): Promise<void> {
    await this.storage.delete(modelSecret(baseUrl));
  }

  async hasModelKey(baseUrl: string): Promise<boolean> {
    return ((await this.storage.get(modelSecret(baseUrl))) ?? '') !== '';
  }

  onDidChange(listener: () => void): vscode.Disposable {
    return this.storage.onDidChange(listener);
  }
}

const modelSecret = (baseUrl: string): string => `model:${baseUrl.replace(/\/+$/, '')}`;

/** Asks for the key of an endpoint and keeps it. False when the person changed their mind. */
export async function askForModelKey(secrets: EditorSecrets, baseUrl: string): Promise<boolean> {
  const key = await vscode.window.showInputBox({
    title: 'Model API Key',
    prompt: `Key for ${baseUrl}. It is kept in VS Code's secret storage and sent to that address only.`,
    password: true,
    ignoreFocusOut: true,
    validateInput: (value) =>
      value.trim() === '' ? 'Enter the key, or press Escape to leave it as it is.' : undefined,
  });
  if (key === undefined) return false;
  await secrets.setModelKey(baseUrl, key.trim());
  return true;
}
