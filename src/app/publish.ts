/** `runs ship --repo`: what would be pushed to a Hub, and, once a person has approved exactly that, the push. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FileStore } from '../adapters/files/file-store';
import { HfModelHub } from '../adapters/hf-hub/hf-model-hub';
import { systemClock } from '../adapters/system/clock';
import type { OpenedBox } from '../core/box/opened-box';
import { MlInternError } from '../core/errors';
import type { StorageOptions } from '../core/ports/box-files';
import type { FoundHubRepo, HubRepoName, ModelHub } from '../core/ports/model-hub';
import type { Runs } from '../core/run/runs';
import type { Publication, Visibility } from '../core/run/types';
import type { RunView } from '../core/run/view';
import { toShip } from '../core/ship/model-card';
import {
  checkDestination,
  isOfTraining,
  planPush,
  publicationHash,
  repoName,
  type PlannedPush,
  type PublicationPlan,
} from '../core/ship/publication';
import { publicationProposal } from '../core/ship/publication-words';
import { refuseDenied, termsOf } from '../core/ship/terms';
import { licencePolicy } from './licences';
import type { AppOptions } from './options';
import { gatherModel } from './shipped-model';
import { spaceFiles } from './space-files';

export interface PublishOrder {
  view: RunView;
  box: OpenedBox;
  /** `owner/name`. */
  repo: string;
  /** `owner/name` of a demo to go with it. */
  space?: string | undefined;
  visibility: Visibility;
}

export interface Approval {
  /** Of the plan that the person saw. */
  hash: string;
  surface: string;
}

/** Nothing is sent. What cannot be pushed is said before the model is fetched. */
export async function preparePublication(
  order: PublishOrder,
  options: AppOptions,
  watch: StorageOptions,
): Promise<PublicationPlan> {
  const { view, visibility } = order;
  const { experiment, good } = toShip(view);
  const model = repoName('model', order.repo);
  const space = order.space === undefined ? undefined : repoName('space', order.space);
  const store = new FileStore(join(options.workspace, 'ml-intern'));
  refuseDenied({ view, experiment }, await licencePolicy(store, options.settings.licence));
  const hub = openModelHub(options);
  const account = await hub.account(watch.signal);
  const look = (repo: HubRepoName): Promise<FoundHubRepo | null> => lookAt(hub, { repo, account, visibility }, watch);
  const found = { model: await look(model), space: space ? await look(space) : null };
  const staging = join(stagingOf(view.id, options), good.job);
  const { files, card, verified } = await gatherModel(view, order.box, staging, options, watch);
  const pushes: PlannedPush[] = [
    planPush(
      model,
      found.model,
      files.filter(({ path }) => !isOfTraining(path)),
    ),
    ...(space ? [planPush(space, found.space, await spaceFiles(options.productRoot, hub.endpoint, model.id))] : []),
  ];
  const plan = {
    ...{ run: view.id, experiment: experiment.id, hub: hub.endpoint, account: account.name, visibility, pushes },
    ...{ card, verified, terms: termsOf({ view, experiment }) },
    leftOut: files.map(({ path }) => path).filter(isOfTraining),
  };
  return { ...plan, hash: publicationHash(plan) };
}

async function lookAt(
  hub: ModelHub,
  place: { repo: HubRepoName; account: Awaited<ReturnType<ModelHub['account']>>; visibility: Visibility },
  { signal }: StorageOptions,
): Promise<FoundHubRepo | null> {
  const found = await hub.find(place.repo, signal);
  checkDestination({ ...place, endpoint: hub.endpoint, found });
  return found;
}

/** Pushes exactly what was approved, and has the run remember both. */
export async function publish(
  runs: Pick<Runs, 'approvePublication' | 'recordPublication'>,
  plan: PublicationPlan,
  approval: Approval,
  options: AppOptions,
  watch: StorageOptions,
): Promise<Publication[]> {
  if (approval.hash !== plan.hash)
    throw new MlInternError('approval-needed', `What was approved (${approval.hash}) is not what would be pushed.`, {
      next: `Look at it again; its hash is ${plan.hash}.`,
    });
  await runs.approvePublication(plan.run, publicationProposal(plan), approval.surface);
  const hub = openModelHub(options);
  const made: Publication[] = [];
  for (const push of plan.pushes) {
    const publication = await pushOne(hub, plan, push, watch);
    await runs.recordPublication(plan.run, publication);
    made.push(publication);
  }
  await rm(stagingOf(plan.run, options), { recursive: true, force: true });
  return made;
}

async function pushOne(
  hub: ModelHub,
  { run, experiment, visibility, hash }: PublicationPlan,
  push: PlannedPush,
  watch: StorageOptions,
): Promise<Publication> {
  const { repo, files } = push;
  const title = repo.kind === 'model' ? `${experiment} of ${run}` : `A page to try the model`;
  const { commit, url } = await hub.push({ ...push, visibility, title: `${title}, by ML Intern` }, watch);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return {
    ...{ kind: repo.kind, experiment, hub: hub.endpoint, repo: repo.id, visibility, commit, url, hash },
    ...{ files: files.length, bytes },
  };
}

function openModelHub({ settings, secrets }: AppOptions): ModelHub {
  const { hubEndpoint: endpoint } = settings;
  return new HfModelHub({ endpoint, token: () => secrets.get(`hub:${endpoint}`), clock: systemClock });
}

/** Kept until it is pushed, so that a second try fetches and sends only what is missing. */
const stagingOf = (run: string, { home }: AppOptions): string => join(home, 'shipping', run);
