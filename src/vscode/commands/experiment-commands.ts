/** What a person does with the tree of experiments: branch, repeat, stop, compare, replay. */
import * as vscode from 'vscode';
import { subtreeOf } from '../../core/run/tree';
import type { TreeAction } from '../../core/run/types';
import { finalStates } from '../../core/ports/box';
import type { ExperimentFiles } from '../experiments/experiment-files';
import { replayBest, type ReplayParts } from '../experiments/replay';
import { jobWords } from '../job-words';
import { trusted } from '../problems';
import type { RunsModel } from '../runs-model';
import type { CommandHandler, Commands } from './ids';
import { chosenExperiment, namedRun, pickRun, type Experiment } from './pick';

type ExperimentCommand = Extract<keyof Commands, `mlIntern.experiment.${string}`> | 'mlIntern.run.replay';

export function experimentCommands(parts: ReplayParts, files: ExperimentFiles): Commands<ExperimentCommand> {
  const { model } = parts;
  /** `note` asks the person for what there is to say; undefined when they changed their mind. */
  const asking = (action: TreeAction, title: string, note: (chosen: Experiment) => Promise<string | undefined>) => {
    const handler: CommandHandler = async (argument) => {
      if (!trusted()) return;
      const chosen = await chosenExperiment(model, argument, title, canBeAsked(action));
      const said = chosen && (await note(chosen));
      if (chosen === undefined || said === undefined) return;
      await model.askOfTree(chosen.view.id, { action, experiment: chosen.experiment.id, note: said });
      tellAsked(model, chosen.view.id, `${done[action]} ${chosen.experiment.id}.`);
    };
    return handler;
  };
  return {
    'mlIntern.experiment.branch': asking('branch', 'Branch from Experiment', askForNote),
    'mlIntern.experiment.repeat': asking('repeat', 'Repeat with Another Seed', () => Promise.resolve('')),
    'mlIntern.experiment.stopSubtree': asking('prune', 'Stop Subtree', (chosen) =>
      confirmStop(chosen, model.isActive(chosen.view.id)),
    ),
    'mlIntern.experiment.compare': async (argument) => {
      const chosen = await chosenExperiment(model, argument, 'Compare with Parent', () => true);
      if (chosen !== undefined) await files.compare(chosen.view, chosen.experiment);
    },
    'mlIntern.run.replay': async (argument) => {
      if (!trusted()) return;
      const scored = (id: string): boolean => model.view(id)?.experiments.some(({ dev }) => dev !== null) ?? false;
      const run = namedRun(argument) ?? (await pickRun(model, 'Replay Best Experiment', scored));
      if (run !== undefined) await replayBest(parts, run);
    },
  };
}

const done: Record<TreeAction, string> = {
  branch: 'The agent is asked to try a new experiment from',
  repeat: 'The agent is asked to repeat, with another seed,',
  prune: 'The work is stopped on',
};

const canBeAsked =
  (action: TreeAction) =>
  ({ view, experiment }: Experiment): boolean =>
    view.state !== 'finished' && (action !== 'prune' || experiment.pruned !== true);

async function askForNote({ experiment: { id } }: Experiment): Promise<string | undefined> {
  const note = await vscode.window.showInputBox({
    title: `Branch from ${id}`,
    prompt: 'What should the new experiment change? The agent reads this before its next step.',
    placeHolder: 'e.g. half the learning rate; leave it empty to let the agent choose',
    ignoreFocusOut: true,
  });
  return note?.trim();
}

/** The jobs of a run that nobody drives are ended when somebody does. */
async function confirmStop({ view, experiment: { id } }: Experiment, active: boolean): Promise<string | undefined> {
  const ids = subtreeOf(view.experiments, id);
  const running = view.jobs.filter((job) => ids.includes(job.experiment ?? '') && !finalStates.has(job.state));
  const stop = 'Stop Subtree';
  const end = active ? 'Ended on the box' : 'Ended on the box as soon as the run goes on';
  const detail = [
    `The agent works no further on ${ids.join(', ')}.`,
    ...running.map(({ kind, experiment }) => `${end}: ${jobWords[kind]}, ${experiment ?? ''}.`),
    'Their scores and files stay.',
  ].join('\n');
  const what = ids.length === 1 ? id : `${id} and ${ids.length - 1} that came from it`;
  const answer = await vscode.window.showWarningMessage(`Stop the work on ${what}?`, { modal: true, detail }, stop);
  return answer === stop ? '' : undefined;
}

function tellAsked(model: RunsModel, run: string, message: string): void {
  if (model.isActive(run)) {
    void vscode.window.showInformationMessage(message);
    return;
  }
  const resume = 'Resume Run';
  void vscode.window
    .showInformationMessage(`${message} It takes effect when the run goes on.`, resume)
    .then((choice) => {
      if (choice === resume) void vscode.commands.executeCommand('mlIntern.run.resume', { run });
    });
}
