/** Asks on the terminal for what an SSH server wants to know. Nothing is kept beyond the command. */
import type { Prompts, SecretAnswer, SecretQuestion } from '../core/ports/prompts';
import type { Terminal } from './terminal';

export class TerminalPrompts implements Prompts {
  readonly answered = new Map<string, SecretAnswer>();

  constructor(private readonly terminal: Terminal) {}

  async secret(
    { kind, what, detail, echo }: SecretQuestion,
    signal = new AbortController().signal,
  ): Promise<SecretAnswer | undefined> {
    if (detail !== '') this.terminal.line(detail);
    const question = `${what.replace(/:\s*$/, '')}: `;
    const answering = echo ? this.terminal.ask(question, signal) : this.terminal.askHidden(question, signal);
    const answer = await answering.catch((error: unknown) => {
      if (signal.aborted) return undefined;
      throw error;
    });
    // Some servers want a mere Enter, once the person has agreed on their phone.
    const declined = answer === undefined || (answer === '' && kind !== 'code');
    return declined ? undefined : { answer, remember: false };
  }
}
