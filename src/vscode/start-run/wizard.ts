/** A multi-step input: each step knows its number, can go back, and remembers what was answered. */
import * as vscode from 'vscode';

/** Thrown through a step when the person leaves or goes back; nothing has happened by then. */
class Left extends Error {}
class Back extends Error {}

export interface Choice<T> extends vscode.QuickPickItem {
  value: T;
}

export interface Place {
  title: string;
  step: number;
  steps: number;
}

export type Step<A> = (answers: A, place: Place) => Promise<void>;

/** Runs the steps (a function, because an answer can change which follow). False when the person left. */
export async function runWizard<A>(title: string, answers: A, steps: (answers: A) => Step<A>[]): Promise<boolean> {
  let index = 0;
  for (;;) {
    const all = steps(answers);
    const step = all[index];
    if (step === undefined) return true;
    try {
      await step(answers, { title, step: index + 1, steps: all.length });
      index++;
    } catch (error) {
      if (error instanceof Left) return false;
      if (!(error instanceof Back)) throw error;
      index--;
    }
  }
}

export interface PickOptions<T> {
  placeholder: string;
  choices: Choice<T>[];
  current?: T;
}

export async function pick<T>(place: Place, options: PickOptions<T>): Promise<T> {
  const input = vscode.window.createQuickPick<Choice<T>>();
  input.items = options.choices;
  input.placeholder = options.placeholder;
  input.matchOnDescription = true;
  const current = options.choices.find((choice) => choice.value === options.current);
  if (current !== undefined) input.activeItems = [current];
  return shown(input, place, () => input.activeItems[0]?.value);
}

export interface AskOptions {
  prompt: string;
  placeholder: string;
  value: string;
  /** What is wrong with the value, if anything. */
  validate: (value: string) => string | undefined;
  password?: boolean;
}

export async function ask(place: Place, options: AskOptions): Promise<string> {
  const input = vscode.window.createInputBox();
  input.prompt = options.prompt;
  input.placeholder = options.placeholder;
  input.value = options.value;
  input.password = options.password ?? false;
  input.onDidChangeValue(() => (input.validationMessage = undefined));
  return shown(input, place, () => {
    const value = input.value.trim();
    const complaint = options.validate(value);
    if (complaint === undefined) return value;
    input.validationMessage = complaint;
    return undefined;
  });
}

type Input = vscode.QuickPick<vscode.QuickPickItem> | vscode.InputBox;

/** Settles with what `answer` finds when the person accepts; stays open while that is undefined. */
async function shown<T>(input: Input, place: Place, answer: () => T | undefined): Promise<T> {
  Object.assign(input, { title: place.title, step: place.step, totalSteps: place.steps, ignoreFocusOut: true });
  if (place.step > 1) input.buttons = [vscode.QuickInputButtons.Back];
  try {
    return await new Promise<T>((resolve, reject) => {
      input.onDidAccept(() => {
        const value = answer();
        if (value !== undefined) resolve(value);
      });
      input.onDidTriggerButton(() => reject(new Back()));
      input.onDidHide(() => reject(new Left()));
      input.show();
    });
  } finally {
    input.dispose();
  }
}
