/** The chat template of a model: from a folder of this machine, or from the Hub. */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { jinjaTemplate, leavesBosOpen } from '../adapters/chat-template/jinja-template';
import { MlInternError } from '../core/errors';
import type { ChatTemplate } from '../core/ports/chat-template';
import { hubFile, type TokenizerRequest } from './tokenizer';

const [configName, templateName] = ['tokenizer_config.json', 'chat_template.jinja'];
const tokenizerName = 'tokenizer.json';

export async function openChatTemplate({ model, folder, endpoints }: TokenizerRequest): Promise<ChatTemplate> {
  const path = resolve(folder, model);
  const local = (name: string) => readFile(join(path, name), 'utf8').catch(() => undefined);
  const here = await Promise.all([local(configName), local(templateName)]);
  const isHere = here.some((file) => file !== undefined);
  const remote = (name: string) => hubFile(endpoints, model, name);
  const read = isHere ? local : remote;
  const [config, template] = isHere ? here : await Promise.all([remote(configName), remote(templateName)]);
  if (config === undefined && template === undefined) {
    throw new MlInternError('bad-input', `No ${configName} and no ${templateName} of ${model} were found.`, {
      next: 'Name a folder with one of them, or a model of the Hub that you have access to.',
    });
  }
  const isOpen = config !== undefined && leavesBosOpen(model, config);
  const tokenizer = isOpen ? await read(tokenizerName) : undefined;
  return jinjaTemplate(model, { config: config ?? '{}', template, tokenizer });
}
