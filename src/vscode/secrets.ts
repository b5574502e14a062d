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

  async setHubToken(endpoint: string, token: string): Promise<void> {
    await this.storage.store(hubSecret(endpoint), token);
  }

  async removeHubToken(endpoint: string): Promise<void> {
    await this.storage.delete(hubSecret(endpoint));
  }

  onDidChange(listener: () => void): vscode.Disposable {
    return this.storage.onDidChange(listener);
  }
}

/** As the evaluation asks for it: by the judge's address as it is set. */
export const judgeSecret = (url: string): string => `judge:${url}`;

const modelSecret = (baseUrl: string): string => `model:${baseUrl.replace(/\/+$/, '')}`;

/** As whoever speaks to that Hub asks for it. */
const hubSecret = (endpoint: string): string => `hub:${endpoint}`;

/** As whoever speaks to GitHub asks for it. */
export const gitHubSecret = 'github:https://api.github.com';

/** Asks for the key of an endpoint and keeps it. False when the person changed their mind. */
export async function askForModelKey(secrets: EditorSecrets, baseUrl: string): Promise<boolean> {
  const key = await ask('Model API Key', `Key for ${baseUrl}.`);
  if (key === undefined) return false;
  await secrets.setModelKey(baseUrl, key);
  return true;
}

/** The same for the key of a judge: the box's evaluations get it. */
export async function askForJudgeKey(secrets: EditorSecrets, url: string): Promise<boolean> {
  const key = await ask('Judge API Key', `Key for ${url}, for evaluations on the box.`);
  if (key === undefined) return false;
  await secrets.keep(judgeSecret(url), key);
  return true;
}

/** The same for the token of a Hub. */
export async function askForHubToken(secrets: EditorSecrets, endpoint: string): Promise<boolean> {
  const token = await ask('Hub Token', `Token for ${endpoint}, made at ${endpoint}/settings/tokens.`);
  if (token === undefined) return false;
  await secrets.setHubToken(endpoint, token);
  return true;
}

/** Reads private repositories, and searches all of GitHub. */
export async function askForGitHubToken(secrets: EditorSecrets): Promise<boolean> {
  const token = await ask(
    'GitHub Token',
    'Token for https://api.github.com, made at https://github.com/settings/tokens.',
  );
  if (token === undefined) return false;
  await secrets.keep(gitHubSecret, token);
  return true;
}

async function ask(title: string, what: string): Promise<string | undefined> {
  const given = await vscode.window.showInputBox({
    title,
    prompt: `${what} It is kept in VS Code's secret storage and sent to that address only.`,
    password: true,
    ignoreFocusOut: true,
    validateInput: (value) => (value.trim() === '' ? 'Enter it, or press Escape to leave it as it is.' : undefined),
  });
  return given?.trim();
}
