/** The shapes of training rows that TRL's trainers take. */
export type Role = 'system' | 'user' | 'assistant' | 'tool';

export interface Message {
  role: Role;
  content: string;
  [key: string]: unknown;
}

export type TrainingRow =
  | { prompt: string; completion: string }
  | { messages: Message[]; tools?: unknown[] }
  | { prompt?: string | Message[]; chosen: string | Message[]; rejected: string | Message[] }
  | { text: string };
