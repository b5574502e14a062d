/** What a child process learns of our own environment. */

/** Our own keys, and what would make an editor's Node of any other program. */
const ours = /^(ML_INTERN_|HF_TOKEN$|HUGGING_?FACE|NODE_OPTIONS$|ELECTRON_|VSCODE_)|API_?KEY$/i;
const secret = /KEY|TOKEN|SECRET|PASSWORD|CREDENTIAL|^SSH_AUTH_SOCK$|^NODE_OPTIONS$|^ELECTRON_|^VSCODE_/i;

/** Jobs run scripts that an agent wrote: our own keys, the person's SSH agent and the editor's Node settings are not for them. */
export function jobEnvironment(): NodeJS.ProcessEnv {
  return without(secret);
}

/** For programs of the person's own, such as `ssh` and pip: they may need an agent, a proxy or a cloud's credentials; our keys are no business of theirs. */
export function ownProgramEnvironment(): NodeJS.ProcessEnv {
  return without(ours);
}

function without(names: RegExp): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !names.test(name)));
}
