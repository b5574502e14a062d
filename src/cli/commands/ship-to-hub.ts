/** `ml-intern runs ship --repo`: shows what would be pushed, waits for a person's word on exactly that, and pushes it. */
import { shellQuote } from '../../core/box/quote';
import type { OpenedBox } from '../../core/box/opened-box';
import type { Runs } from '../../core/run/runs';
import type { Publication } from '../../core/run/types';
import type { RunView } from '../../core/run/view';
import type { PublicationPlan } from '../../core/ship/publication';
import { publicationLines } from '../../core/ship/publication-words';
import { appOptions, type App, type Cli, type GlobalOptions } from '../app';
import { exitCodes } from '../exit-codes';
import { plain, plainLine } from '../format';
import { transferTeller } from '../transfer';

export interface ShipOptions extends GlobalOptions {
  to?: string;
  repo?: string;
  space?: string;
  public?: boolean;
  yes?: string;
}

export interface Shipping {
  cli: Cli;
  app: App;
  runs: Runs;
  view: RunView;
  box: OpenedBox;
  options: ShipOptions;
  signal: AbortSignal;
}

export async function shipToHub(shipping: Shipping): Promise<number> {
  const { cli, app, runs, view, box, options, signal } = shipping;
  const { terminal } = cli;
  const order = {
    ...{ view, box, repo: options.repo ?? '', space: options.space },
    visibility: options.public ? ('public' as const) : ('private' as const),
  };
  const settings = appOptions(cli, options);
  const fetching = { signal, onProgress: transferTeller(terminal, 'Fetching') };
  const plan = await app.preparePublication(order, settings, fetching);
  for (const line of shown(plan)) terminal.line(line);
  const hash = options.yes ?? (await agreed(shipping, plan));
  if (hash === undefined) {
    terminal.line(`Nothing was pushed. To push exactly this: ${again(shipping, plan)}`);
    if (options.json) terminal.out(`${JSON.stringify(answer(plan, null))}\n`);
    return exitCodes.waitsForApproval;
  }
  const pushing = { signal, onProgress: transferTeller(terminal, 'Pushing') };
  const pushed = await app.publish(runs, plan, { hash, surface: 'cli' }, settings, pushing);
  if (options.json) terminal.out(`${JSON.stringify(answer(plan, pushed))}\n`);
  else
    for (const { kind, repo, visibility, url } of pushed)
      terminal.out(`${kind} ${repo} (${visibility}): ${plain(url)}\n`);
  return exitCodes.ok;
}

/** The hash of what the person agreed to. */
async function agreed({ cli, signal }: Shipping, plan: PublicationPlan): Promise<string | undefined> {
  if (!cli.terminal.interactive) return undefined;
  const { id } = plan.pushes[0]?.repo ?? { id: '' };
  const typed = await cli.terminal.ask(`To push exactly this, type the name of the repository (${id}) > `, signal);
  return typed?.trim() === id ? plan.hash : undefined;
}

function shown(plan: PublicationPlan): string[] {
  const card = plan.card.trimEnd().split('\n');
  return [
    ...publicationLines(plan).map(plainLine),
    'The model card, README.md:',
    ...card.map((line) => `  | ${plainLine(line)}`),
  ];
}

function again({ cli, options }: Shipping, { run, hash, pushes, visibility }: PublicationPlan): string {
  const [model, space] = pushes.map(({ repo }) => repo.id);
  return [
    `${cli.command} runs ship ${run} --repo ${model}`,
    ...(visibility === 'public' ? ['--public'] : []),
    ...(space === undefined ? [] : [`--space ${space}`]),
    ...(options.workspace === undefined ? [] : [`--workspace ${shellQuote(options.workspace)}`]),
    `--yes ${hash}`,
  ].join(' ');
}

function answer({ card: _, pushes, ...plan }: PublicationPlan, pushed: Publication[] | null): object {
  const repositories = pushes.map(({ repo, files, removes, stays, onto }) => ({
    ...{ kind: repo.kind, repo: repo.id, onto, removes, stays },
    files: files.map(({ path, bytes, sha256 }) => ({ path, bytes, sha256 })),
  }));
  return { ...plan, repositories, pushed };
}
