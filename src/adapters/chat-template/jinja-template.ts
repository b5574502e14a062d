/** Renders chat templates as transformers does, with @huggingface/jinja. */
import { Template } from '@huggingface/jinja';
import { MlInternError } from '../../core/errors';
import type { ChatTemplate } from '../../core/ports/chat-template';
import { putsFirst } from './post-processor';

export interface TemplateFiles {
  /** Contents of `tokenizer_config.json`. */
  config: string;
  /** Contents of `chat_template.jinja`, which counts before the config's own. */
  template?: string | undefined;
  /** Contents of `tokenizer.json`, which tells of the BOS where the config does not. */
  tokenizer?: string | undefined;
}

interface TokenizerConfig {
  chat_template?: string | { name: string; template: string }[];
  bos_token?: string | { content: string } | null;
  eos_token?: string | { content: string } | null;
  add_bos_token?: boolean | null;
}

export function jinjaTemplate(name: string, files: TemplateFiles): ChatTemplate {
  const config = parsed(name, files.config);
  const source = files.template ?? sourceOf(config);
  if (source === undefined) {
    throw new MlInternError('bad-input', `${name} has no chat template.`, {
      next: 'Name an instruction-tuned model whose template is to be used, or a folder with a chat_template.jinja.',
    });
  }
  const template = compiled(name, source);
  const [bos, eos] = [tokenOf(config.bos_token), tokenOf(config.eos_token)];
  return {
    ...{ name, bos, eos, addsBos: bos !== null && (config.add_bos_token ?? putsFirst(files.tokenizer ?? '', bos)) },
    render: (messages, { tools = [], generationPrompt = false } = {}) =>
      template.render({
        messages: structuredClone(messages),
        ...{ tools: tools.length === 0 ? null : tools, add_generation_prompt: generationPrompt },
        ...{ bos_token: bos ?? '', eos_token: eos ?? '' },
      }),
  };
}

/** Whether only the `tokenizer.json` can tell that a BOS is put before every text: it is large, and read for nothing else. */
export function leavesBosOpen(name: string, config: string): boolean {
  const { bos_token: bos, add_bos_token: adds } = parsed(name, config);
  return tokenOf(bos) !== null && typeof adds !== 'boolean';
}

function parsed(name: string, text: string): TokenizerConfig {
  try {
    return JSON.parse(text) as TokenizerConfig;
  } catch (cause) {
    throw new MlInternError('bad-input', `The tokenizer_config.json of ${name} is no JSON.`, {
      next: 'Name another model, or mend the file.',
      cause,
    });
  }
}

function sourceOf({ chat_template: template }: TokenizerConfig): string | undefined {
  if (!Array.isArray(template)) return template;
  return (template.find(({ name }) => name === 'default') ?? template[0])?.template;
}

function compiled(name: string, source: string): Template {
  try {
    return new Template(source);
  } catch (cause) {
    throw new MlInternError('bad-input', `The chat template of ${name} cannot be read: ${(cause as Error).message}`, {
      next: 'Render it on the box, with the tokenizer itself.',
      cause,
    });
  }
}

function tokenOf(token: string | { content: string } | null | undefined): string | null {
  if (token === null || token === undefined) return null;
  return typeof token === 'string' ? token : token.content;
}
