/** A planned publication in words: the same on the terminal, in the editor and in the run's log. */
import { sizeText } from '../size';
import type { Proposal } from '../run/types';
import type { PlannedPush, PublicationPlan } from './publication';
import { termsInWords } from './terms';

export function publicationTitle({ pushes, hub }: PublicationPlan): string {
  return `Push ${pushes.map(({ repo }) => repo.id).join(' and ')} to ${hub}`;
}

/** One line each, unescaped: names of files come from the box. Of each repository, so many files are named. */
export function publicationLines(plan: PublicationPlan, mostFiles = Infinity): string[] {
  return [
    `Would be pushed to ${plan.hub} with the token of ${plan.account}:`,
    ...plan.pushes.flatMap((push) => pushLines(push, plan, mostFiles)),
    ...(plan.leftOut.length === 0 ? [] : [`Stays here (state of the training): ${plan.leftOut.join(', ')}`]),
    weightsLine(plan),
    'What its data asks for (a help, no legal advice; the base model has terms of its own):',
    ...termsInWords(plan.terms).map((line) => `  ${line}`),
    `SHA-256 of all of this: ${plan.hash}`,
  ];
}

function pushLines(push: PlannedPush, { visibility }: PublicationPlan, mostFiles: number): string[] {
  const { repo, files, removes, stays, onto } = push;
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const seen = visibility === 'public' ? 'PUBLIC, everybody can see it' : 'private';
  const where = onto === null ? 'a new repository' : `on top of commit ${onto.slice(0, 12)}`;
  const count = files.length === 1 ? '1 file' : `${files.length} files`;
  return [
    `${repo.kind} ${repo.id}: ${seen}; one commit on main, ${where}; ${count}, ${sizeText(bytes)}`,
    ...files.slice(0, mostFiles).map((file) => `  ${sizeText(file.bytes).padStart(10)}  ${file.path}`),
    ...(files.length > mostFiles ? [`  and ${files.length - mostFiles} more`] : []),
    ...removes.map((path) => `  ${'removed'.padStart(10)}  ${path} (weights of before)`),
    ...stays.map((path) => `  ${'stays'.padStart(10)}  ${path}`),
  ];
}

function weightsLine({ verified, experiment }: PublicationPlan): string {
  return verified === true
    ? `The weights are those of ${experiment} that were scored.`
    : `Nothing records which weights of ${experiment} were scored: these were not compared.`;
}

/** For the log: what was shown when it was approved. */
export function publicationProposal(plan: PublicationPlan): Proposal {
  const { hash, experiment, visibility } = plan;
  const target = `${plan.pushes.map(({ repo }) => `${repo.kind} ${repo.id}`).join(', ')} on ${plan.hub}`;
  return {
    id: `publish-${hash.slice(0, 16)}`,
    kind: 'publish',
    hash,
    title: publicationTitle(plan),
    why: 'A person asked for it.',
    subject: {
      kind: 'publish',
      target: `${target} (${visibility})`,
      what: `The model of ${experiment}`,
      details: publicationLines(plan).join('\n'),
    },
  };
}
