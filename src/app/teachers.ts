/** Opens the model that is to write rows: each with the secret that belongs to it, and to nothing else. */
import { randomBytes } from 'node:crypto';
import { OpenAiTeacher } from '../adapters/openai/teacher';
import { systemClock } from '../adapters/system/clock';
import { cannot, type OpenedBox } from '../core/box/opened-box';
import type { TeacherSpec } from '../core/data/synth/plan';
import type { Teacher } from '../core/ports/teacher';
import { modelServers, type ServeDesk } from '../core/serving/model-server';
import { ServedTeacher, type Turns } from '../core/serving/served-teacher';
import { boxDesk } from './box-desk';
import { openBox } from './box-factory';
import type { AppOptions } from './options';

type OnBox = Extract<TeacherSpec, { kind: 'box' }>;

/** What a teacher on a box needs. */
export interface TeacherPlace {
  /** Where it listens or is served, unless it names a box itself. */
  box: string;
  /** What a person sees of its server. */
  say: (text: string) => void;
  turns?: Turns;
  /** In a run: its own box and its jobs. */
  inRun?: { box: OpenedBox; desk: ServeDesk };
}

export async function openTeacher(spec: TeacherSpec, options: AppOptions, place: TeacherPlace): Promise<Teacher> {
  const { secrets, settings } = options;
  const { model } = spec;
  const patience = settings.modelPatience ? { patience: settings.modelPatience } : {};
  switch (spec.kind) {
    case 'openai': {
      const { baseUrl } = spec;
      const apiKey = () => secrets.get(`model:${baseUrl}`);
      return new OpenAiTeacher({ baseUrl, model, apiKey, clock: systemClock, ...patience });
    }
    case 'hf-inference': {
      const { HfInferenceTeacher } = await import('../adapters/hf-inference/hf-inference');
      const token = () => secrets.get(`hub:${settings.hubEndpoint}`);
      return new HfInferenceTeacher({ model, provider: spec.provider, billTo: spec.billTo, token, clock: systemClock });
    }
    case 'box':
      return spec.port === undefined
        ? servedOnBox(spec, options, place)
        : throughBox(spec, spec.port, options, spec.box ?? place.box);
  }
}

/** A server of its own, for as long as it is needed. */
async function servedOnBox(
  { model, revision, box: host }: OnBox,
  options: AppOptions,
  place: TeacherPlace,
): Promise<Teacher> {
  const { say, turns, inRun } = place;
  const box: OpenedBox = inRun?.box ?? (await openBox(host ?? place.box, options));
  const desk = inRun?.desk ?? boxDesk(box, options, say);
  const newKey = () => randomBytes(24).toString('hex');
  return new ServedTeacher({
    ...{ clock: systemClock, say, ...(turns ? { turns } : {}) },
    start: modelServers({ box, desk, model, revision, newKey, say }),
    connect: ({ baseUrl, key }) =>
      new OpenAiTeacher({ baseUrl, model, apiKey: () => Promise.resolve(key), clock: systemClock }),
    ...(inRun ? {} : { onClose: () => box.close() }),
  });
}

/** The server listens on the box's loopback: a tunnel leads there, and nobody else can use it. */
async function throughBox({ model }: OnBox, port: number, options: AppOptions, host: string): Promise<Teacher> {
  const box: OpenedBox = await openBox(host, options);
  try {
    if (!box.tunnel) throw cannot(box, 'forward a port');
    const tunnel = await box.tunnel(port, 0);
    const close = async () => {
      await tunnel.close();
      await box.close();
    };
    return new OpenAiTeacher({ baseUrl: `http://127.0.0.1:${tunnel.port}/v1`, model, clock: systemClock }, close);
  } catch (error) {
    await box.close();
    throw error;
  }
}
