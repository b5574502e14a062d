/** Secrets that a person gives: asked once for all who want the same one, one question at a time, kept once they proved right. */
import type { Secrets } from '../../core/ports/common';
import type { Prompts, SecretAnswer, SecretQuestion } from '../../core/ports/prompts';

type Asked = Omit<SecretQuestion, 'mayRemember'>;

/** For the whole process: two boxes that want the same key ask for its passphrase once. */
const pending = new Map<string, Promise<SecretAnswer | undefined>>();
let turn: Promise<unknown> = Promise.resolve();

export class SecretDesk {
  constructor(
    private readonly prompts?: Prompts,
    private readonly secrets?: Secrets,
  ) {}

  /** Somebody can be asked. */
  get attended(): boolean {
    return this.prompts !== undefined;
  }

  async known(name: string): Promise<string | undefined> {
    return this.prompts?.answered.get(name)?.answer ?? (await this.secrets?.get(name));
  }

  /** undefined when the person declines, or nobody is there. */
  async ask(name: string, question: Asked): Promise<string | undefined> {
    const told = this.prompts?.answered.get(name);
    if (told) return told.answer;
    const asking = pending.get(name) ?? this.put({ ...question, mayRemember: this.secrets?.keep !== undefined });
    pending.set(name, asking);
    try {
      const given = await asking;
      if (given && pending.get(name) === asking) this.prompts?.answered.set(name, given);
      return given?.answer;
    } finally {
      if (pending.get(name) === asking) pending.delete(name);
    }
  }

  /** A code is for one use: it is neither shared nor kept. */
  async code(question: Omit<Asked, 'kind'>, signal: AbortSignal): Promise<string | undefined> {
    const given = await this.put({ ...question, kind: 'code', mayRemember: false }, signal);
    return given?.answer;
  }

  async right(name: string): Promise<void> {
    const told = this.prompts?.answered.get(name);
    if (!told?.remember) return;
    await this.secrets?.keep?.(name, told.answer);
    this.prompts?.answered.set(name, { ...told, remember: false });
  }

  /** Forgets what did not fit, unless there is a newer answer already, or nobody to give another. */
  async wrong(name: string, value: string): Promise<void> {
    if (!this.prompts) return;
    if (this.prompts.answered.get(name)?.answer === value) this.prompts.answered.delete(name);
    if ((await this.secrets?.get(name)) === value) await this.secrets?.forget?.(name);
  }

  private put(question: SecretQuestion, signal?: AbortSignal): Promise<SecretAnswer | undefined> {
    const { prompts } = this;
    if (!prompts) return Promise.resolve(undefined);
    const asking = turn.then(() => (signal?.aborted ? undefined : prompts.secret(question, signal)));
    turn = asking.catch(() => undefined);
    return asking;
  }
}
