/** What a server asks in its own words (keyboard-interactive): cleaned, because nobody has vouched for them. */
import type { Prompt } from 'ssh2';

export interface ServerQuestion {
  title: string;
  instructions: string;
  prompts: readonly Prompt[];
}

const longest = 300;

/** A password that is the same every time; everything else is taken for a code. */
export function isForPassword({ prompt, echo }: Prompt): boolean {
  return echo !== true && /password/i.test(prompt) && !/one.?time|new password|again|retype|verification/i.test(prompt);
}

export function inOneLine(text: string): string {
  const plain = text.replace(/\p{C}+/gu, ' ').replace(/\s+/g, ' ');
  return plain.trim().slice(0, longest);
}
