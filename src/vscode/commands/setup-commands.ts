/** Keys, settings, standing instructions, log. */
import * as vscode from 'vscode';
import type { EditorLog } from '../log';
import {
  askForGitHubToken,
  askForHubToken,
  askForJudgeKey,
  askForModelKey,
  gitHubSecret,
  judgeSecret,
  type EditorSecrets,
} from '../secrets';
import { readSettings } from '../settings';
import type { EditorPrompts } from '../ssh-prompts';
import type { Commands } from './ids';

type SetupCommand =
  | 'mlIntern.instructions.edit'
  | 'mlIntern.modelKey.set'
  | 'mlIntern.modelKey.remove'
  | 'mlIntern.judgeKey.set'
  | 'mlIntern.judgeKey.remove'
  | 'mlIntern.hubToken.set'
  | 'mlIntern.hubToken.remove'
  | 'mlIntern.gitHubToken.set'
  | 'mlIntern.gitHubToken.remove'
  | 'mlIntern.ssh.forget'
  | 'mlIntern.settings.open'
  | 'mlIntern.log.show';

const instructions = `# Standing instructions

The agent reads this at every run, and again when it changes. Say in plain words what it should always do, never do, or try.

- Taste:
- Limits:
- Ideas to try:
`;

export function setupCommands(secrets: EditorSecrets, prompts: EditorPrompts, log: EditorLog): Commands<SetupCommand> {
  return {
    'mlIntern.instructions.edit': editInstructions,
    'mlIntern.modelKey.set': async () => {
      const { baseUrl } = readSettings().model;
      if (await askForModelKey(secrets, baseUrl)) {
        void vscode.window.showInformationMessage(`The key for ${baseUrl} is stored.`);
      }
    },
    'mlIntern.modelKey.remove': async () => {
      const { baseUrl } = readSettings().model;
      await secrets.removeModelKey(baseUrl);
      void vscode.window.showInformationMessage(`The key for ${baseUrl} is removed.`);
    },
    'mlIntern.judgeKey.set': async () => {
      const { judge } = readSettings();
      if (judge === undefined) return nameJudgeFirst();
      if (await askForJudgeKey(secrets, judge.url)) {
        void vscode.window.showInformationMessage(`The key for ${judge.url} is stored.`);
      }
    },
    'mlIntern.judgeKey.remove': async () => {
      const { judge } = readSettings();
      if (judge === undefined) return nameJudgeFirst();
      await secrets.forget(judgeSecret(judge.url));
      void vscode.window.showInformationMessage(`The key for ${judge.url} is removed.`);
    },
    'mlIntern.hubToken.set': async () => {
      const { hubEndpoint } = readSettings().engine;
      if (await askForHubToken(secrets, hubEndpoint)) {
        void vscode.window.showInformationMessage(`The token for ${hubEndpoint} is stored.`);
      }
    },
    'mlIntern.hubToken.remove': async () => {
      const { hubEndpoint } = readSettings().engine;
      await secrets.removeHubToken(hubEndpoint);
      void vscode.window.showInformationMessage(`The token for ${hubEndpoint} is removed.`);
    },
    'mlIntern.gitHubToken.set': async () => {
      if (await askForGitHubToken(secrets))
        void vscode.window.showInformationMessage('The token for GitHub is stored.');
    },
    'mlIntern.gitHubToken.remove': async () => {
      await secrets.forget(gitHubSecret);
      void vscode.window.showInformationMessage('The token for GitHub is removed.');
    },
    'mlIntern.ssh.forget': async () => {
      prompts.answered.clear();
      const kept = await secrets.forgetSsh();
      const what = kept === 1 ? 'One remembered SSH secret is' : `${kept} remembered SSH secrets are`;
      void vscode.window.showInformationMessage(`${what} forgotten, and what this window was told.`);
    },
    'mlIntern.settings.open': async () => {
      await vscode.commands.executeCommand('workbench.action.openSettings', '@ext:ml-intern.ml-intern');
    },
    'mlIntern.log.show': () => log.show(),
  };
}

/** A key belongs to an address. */
async function nameJudgeFirst(): Promise<void> {
  const open = 'Open Settings';
  const choice = await vscode.window.showWarningMessage(
    'No judge is set: name its address and its model first (mlIntern.judge.url, mlIntern.judge.model).',
    open,
  );
  if (choice === open) await vscode.commands.executeCommand('workbench.action.openSettings', 'mlIntern.judge');
}

async function editInstructions(): Promise<void> {
  const folder = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file');
  if (folder === undefined) {
    void vscode.window.showWarningMessage(
      'Open a folder first: the instructions are kept in its ml-intern/program.md.',
    );
    return;
  }
  const uri = vscode.Uri.joinPath(folder.uri, 'ml-intern', 'program.md');
  const exists = await vscode.workspace.fs.stat(uri).then(
    () => true,
    () => false,
  );
  if (!exists) await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(instructions));
  await vscode.window.showTextDocument(uri);
}
