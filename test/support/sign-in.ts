/** Who signs in, in tests: a person with answers ready, a place for what is kept, an agent with keys. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Secrets } from '../../src/core/ports/common';
import type { Prompts, SecretAnswer, SecretQuestion } from '../../src/core/ports/prompts';

const run = promisify(execFile);

type Answer = string | Partial<SecretAnswer> | undefined;

/** A person who gives these answers, and then declines. */
export class Person implements Prompts {
  readonly answered = new Map<string, SecretAnswer>();
  readonly asked: SecretQuestion[] = [];
  private readonly answers: Answer[];

  constructor(...answers: Answer[]) {
    this.answers = answers;
  }

  async secret(question: SecretQuestion): Promise<SecretAnswer | undefined> {
    this.asked.push(question);
    const answer = this.answers.shift();
    if (answer === undefined) return undefined;
    return { answer: '', remember: false, ...(typeof answer === 'string' ? { answer } : answer) };
  }

  kinds = () => this.asked.map(({ kind }) => kind);
}

export class Kept implements Secrets {
  readonly all = new Map<string, string>();
  get = (name: string) => Promise.resolve(this.all.get(name));
  keep = async (name: string, value: string) => void this.all.set(name, value);
  forget = async (name: string) => void this.all.delete(name);
}

/** An agent of the test's own, which ends with it. */
export async function withAgent(
  folder: string,
  work: (socket: string, add: (key: string) => Promise<unknown>) => Promise<void>,
): Promise<void> {
  const socket = join(folder, 'agent');
  const agent = spawn('ssh-agent', ['-D', '-a', socket]);
  try {
    await once(agent.stdout, 'data');
    await work(socket, (key) => run('ssh-add', ['-q', key], { env: { ...process.env, SSH_AUTH_SOCK: socket } }));
  } finally {
    agent.kill();
    await once(agent, 'exit');
  }
}
