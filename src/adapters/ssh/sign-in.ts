/** Signing in to one server, over several connections: what it still accepts decides what is tried next, as in OpenSSH. */
import type { AnyAuthMethod, AuthenticationType, AuthHandlerMiddleware, Prompt } from 'ssh2';
import type { MlInternError } from '../../core/errors';
import { KeyHolder } from './agent-keys';
import type { Deadline } from './deadline';
import type { Destination } from './destination';
import { answeredTooLate, notGiven, wrongAnswers } from './errors';
import { type Identity, loadIdentities } from './identities';
import type { SecretDesk } from './secret-desk';
import { inOneLine, isForPassword, type ServerQuestion } from './server-prompts';
import { unlock } from './unlock';

/** Why a connection was given up: an error, or a question that takes longer than a server waits. */
export type Left = MlInternError | { ask: () => Promise<void> };

/** One connection that is signed in on. */
export interface Line {
  deadline: Deadline;
  hangUp(): void;
  /** Fires when the connection is gone. */
  gone: AbortSignal;
}

interface Attempt {
  id?: string;
  holder?: KeyHolder;
  password?: string;
  codes?: number;
  interactive?: 'silent' | 'asked';
}

const mostTries = 3;

export class SignIn {
  unusable: readonly string[] = [];
  left: Left | undefined;
  private identities: Identity[] = [];
  private readonly refused = new Set<string>();
  private wrong = 0;
  private last: Attempt = {};
  private codeGiven = false;
  private interactive = true;
  private readonly passwordName: string;

  constructor(
    private readonly box: string,
    private readonly destination: Destination,
    private readonly desk: SecretDesk,
  ) {
    const { user, hostname, port } = destination;
    this.passwordName = `ssh-password:${user}@${hostname}:${port}`;
  }

  /** Before each connection: what was refused on an earlier one is not offered again. */
  async prepare(): Promise<void> {
    const { identities, unusable } = await loadIdentities(this.destination, this.desk);
    this.identities = identities.filter((identity) => !this.refused.has(idOf(identity)));
    this.unusable = unusable;
    this.left = undefined;
    this.last = {};
    this.codeGiven = false;
  }

  handler(line: Line): AuthHandlerMiddleware {
    return (accepted, partial, next) => {
      // ssh2 ends the sign-in on false, of which its types know nothing.
      const end = false as never;
      this.next(line, accepted as AuthenticationType[] | null, partial).then(
        (method) => next(method ?? end),
        (error: MlInternError) => this.leave(line, error),
      );
    };
  }

  /** The server has let us in. */
  async done(): Promise<void> {
    if (this.last.password !== undefined) await this.desk.right(this.passwordName);
  }

  private async next(
    line: Line,
    accepted: readonly AuthenticationType[] | null,
    partial: boolean,
  ): Promise<AnyAuthMethod | undefined> {
    if (this.left) return undefined;
    const sure = await this.judge(partial);
    if (accepted === null || !sure) return { type: 'none', username: this.destination.user };
    if (accepted.includes('publickey') && this.identities.length > 0) return this.nextKey();
    const known = await this.desk.known(this.passwordName);
    const canAnswer = this.desk.attended ? this.wrong < mostTries : this.wrong === 0 && known !== undefined;
    if (canAnswer && this.interactive && accepted.includes('keyboard-interactive')) return this.answering(line);
    if (canAnswer && accepted.includes('password')) return this.withPassword(known);
    if (this.wrong > 0) this.left = wrongAnswers(this.box, this.destination);
    return undefined;
  }

  /** Takes in how the last attempt went. False when ssh2 kept to itself what the server said: after an agent's signature. */
  private async judge(partial: boolean): Promise<boolean> {
    const { id, holder, password, codes = 0, interactive } = this.last;
    this.last = {};
    if (holder?.wanted) return false;
    if (partial && !holder) {
      this.wrong = 0;
      if (password !== undefined) await this.desk.right(this.passwordName);
      return true;
    }
    if (id !== undefined) this.refused.add(id);
    if (interactive === 'silent') this.interactive = false;
    if (password !== undefined || codes > 0) this.wrong++;
    // A mistyped code is likelier than a wrong password beside it.
    const blameCode = codes > 0 && this.wrong === 1;
    if (password !== undefined && !blameCode) await this.desk.wrong(this.passwordName, password);
    return true;
  }

  private nextKey(): AnyAuthMethod | undefined {
    const identity = this.identities.shift();
    if (identity === undefined) return undefined;
    const { user: username } = this.destination;
    const id = idOf(identity);
    this.last = { id };
    if (identity.kind === 'file') return { type: 'publickey', username, key: identity.key };
    if (identity.kind === 'agent') return this.held(id, identity.key.holder());
    const ask = { ask: () => unlock(identity, this.box, this.desk) };
    if (identity.publicKey) {
      const holder = new KeyHolder(identity.publicKey, (_data, _options, done) => {
        this.left = ask;
        done(new Error('The key is locked.'));
      });
      return this.held(id, holder);
    }
    this.left = ask;
    return undefined;
  }

  private held(id: string, holder: KeyHolder): AnyAuthMethod {
    this.last = { id, holder };
    return { type: 'agent', username: this.destination.user, agent: holder };
  }

  private withPassword(known: string | undefined): AnyAuthMethod | undefined {
    if (known === undefined) {
      this.left = { ask: () => this.askPassword() };
      return undefined;
    }
    this.last = { password: known };
    return { type: 'password', username: this.destination.user, password: known };
  }

  private answering(line: Line): AnyAuthMethod {
    this.last = { interactive: 'silent' };
    return {
      type: 'keyboard-interactive',
      username: this.destination.user,
      prompt: (title, instructions, _language, prompts, finish) => {
        this.last.interactive = 'asked';
        this.answers(line, { title, instructions, prompts }).then(
          (answers) => !this.left && finish(answers),
          (error: MlInternError) => this.leave(line, error),
        );
      },
    };
  }

  private async answers(line: Line, question: ServerQuestion): Promise<string[]> {
    const answers: string[] = [];
    for (const prompt of question.prompts) {
      if (this.left) break;
      answers.push(await (isForPassword(prompt) ? this.password(line) : this.code(line, question, prompt)));
    }
    return answers;
  }

  private async password(line: Line): Promise<string> {
    if (this.last.password !== undefined) await this.desk.wrong(this.passwordName, this.last.password);
    const known = await this.desk.known(this.passwordName);
    if (known === undefined && !this.codeGiven) this.leave(line, { ask: () => this.askPassword() });
    else if (known === undefined) await this.asking(line, () => this.askPassword());
    const password = known ?? (await this.desk.known(this.passwordName)) ?? '';
    this.last.password = password;
    return password;
  }

  /** A code expires, so it is asked for while the server waits. */
  private async code(line: Line, { title, instructions }: ServerQuestion, prompt: Prompt): Promise<string> {
    const what = inOneLine(prompt.prompt) || 'Answer';
    const detail = [`The box ${this.box} asks.`, inOneLine(title), inOneLine(instructions)].filter(Boolean).join(' ');
    const asked = { what, detail, echo: prompt.echo === true };
    const code = await this.asking(line, () => this.desk.code(asked, line.gone));
    if (code === undefined) throw notGiven(this.box, `the answer to "${what}"`);
    this.last.codes = (this.last.codes ?? 0) + 1;
    this.codeGiven = true;
    return code;
  }

  private async asking<T>(line: Line, question: () => Promise<T>): Promise<T> {
    const late = () => (this.left ??= answeredTooLate(this.box));
    line.gone.addEventListener('abort', late, { once: true });
    try {
      return await line.deadline.whileAsking(question);
    } finally {
      line.gone.removeEventListener('abort', late);
    }
  }

  private async askPassword(): Promise<void> {
    const { user, hostname } = this.destination;
    const what = `Password of ${user}@${hostname}`;
    const detail = `The box ${this.box} asks for it.`;
    const given = await this.desk.ask(this.passwordName, { kind: 'password', what, detail, echo: false });
    if (given === undefined) throw notGiven(this.box, `the password of ${user}`);
  }

  private leave(line: Line, why: Left): void {
    this.left ??= why;
    line.hangUp();
  }
}

function idOf(identity: Identity): string {
  return identity.kind === 'agent' ? identity.key.publicKey.getPublicSSH().toString('base64') : identity.path;
}
