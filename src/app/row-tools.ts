/** What looks at the text of rows, loaded when it is first needed. */
import { languageDetector } from '../adapters/language/detector';
import type { RowTools } from '../core/agent/tools/tool';
import { estimatedTokens } from '../core/data/tokens';
import { openChatTemplate } from './chat-template';
import type { HubEndpoints } from './hub';
import { openTokenizer } from './tokenizer';

export function rowToolsFor(baseModel: string, folder: string, endpoints: HubEndpoints): RowTools {
  let template: ReturnType<RowTools['template']> | undefined;
  let tokens: ReturnType<RowTools['tokens']> | undefined;
  return {
    language: languageDetector,
    // A tokenizer that cannot be read is no reason to see nothing of a dataset: the sheet says that tokens are estimated.
    tokens: () => (tokens ??= openTokenizer({ model: baseModel, folder, endpoints }).catch(() => estimatedTokens)),
    template: () => (template ??= openChatTemplate({ model: baseModel, folder, endpoints }).catch(() => null)),
  };
}
