/** A base model's chat template with the marks of its tokenizer. */
import type { Message } from '../data/mapping/training-row';

export interface ChatTemplate {
  /** For people: the model or folder. */
  name: string;
  /** Null where the tokenizer has none. */
  bos: string | null;
  eos: string | null;
  /** Whether the tokenizer puts its BOS before every text itself. */
  addsBos: boolean;
  /** Throws what the template raises. */
  render(messages: readonly Message[], options?: { tools?: readonly unknown[]; generationPrompt?: boolean }): string;
}
