/** What looks at the text of rows, loaded when it is first needed. */
import { languageDetector } from '../adapters/language/detector';
import type { RowTools } from '../core/agent/tools/tool';
import type { HubEndpoints } from './hub';
import { openTokenizer } from './tokenizer';

export function rowToolsFor(baseModel: string, folder: string, endpoints: HubEndpoints): RowTools {
  let tokens: ReturnType<RowTools['tokens']> | undefined;
  return {
    language: languageDetector,
    tokens: () => (tokens ??= openTokenizer({ model: baseModel, folder, endpoints })),
  };
}
