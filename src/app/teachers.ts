/** Opens the model that is to write rows: each with the secret that belongs to it, and to nothing else. */
import { OpenAiTeacher } from '../adapters/openai/teacher';
import { systemClock } from '../adapters/system/clock';
import { cannot, type OpenedBox } from '../core/box/opened-box';
import type { TeacherSpec } from '../core/data/synth/plan';
import type { Teacher } from '../core/ports/teacher';
import { openBox } from './box-factory';
import type { AppOptions } from './options';

/** `box` is where a teacher of kind `box` listens, unless it names one itself. */
export async function openTeacher(spec: TeacherSpec, options: AppOptions, box = 'local'): Promise<Teacher> {
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
      return throughBox(spec, options, spec.box ?? box);
  }
}

/** The server listens on the box's loopback: a tunnel leads there, and nobody else can use it. */
async function throughBox(
  { model, port }: Extract<TeacherSpec, { kind: 'box' }>,
  options: AppOptions,
  host: string,
): Promise<Teacher> {
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
