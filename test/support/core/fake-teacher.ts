/** A teacher in memory: answers as a test says, and remembers what it was asked. */
import type { Teacher, TeacherReply, TeacherRequest } from '../../../src/core/ports/teacher';
import type { SynthLog } from '../../../src/core/data/synth/log';

export class FakeTeacher implements Teacher {
  readonly asked: TeacherRequest[] = [];
  /** Called before each answer. */
  onAsk: (count: number) => void = () => undefined;

  constructor(private readonly answer: (request: TeacherRequest, count: number) => string | Error) {}

  async ask(request: TeacherRequest, signal: AbortSignal): Promise<TeacherReply> {
    signal.throwIfAborted();
    this.asked.push(request);
    this.onAsk(this.asked.length);
    await Promise.resolve();
    signal.throwIfAborted();
    const text = this.answer(request, this.asked.length);
    if (text instanceof Error) throw text;
    return { text, inputTokens: 100, outputTokens: 50, estimated: false, model: 'fake-1', cut: false };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

export class MemoryLog implements SynthLog {
  constructor(public text = '') {}
  read(): Promise<string> {
    return Promise.resolve(this.text);
  }
  append(text: string): Promise<void> {
    this.text += text;
    return Promise.resolve();
  }
}

/** As many rows as the request asks for, each about its own number. */
export function writes({ user, seed }: TeacherRequest): string {
  const wanted = Number(/Write (\d+) row/.exec(user)?.[1] ?? 0);
  return Array.from({ length: wanted }, (_, index) => {
    const number = seed * 100 + index;
    return JSON.stringify({
      prompt: `How much is ${number} plus one, in case ${number}?`,
      completion: `Answer: ${number + 1}`,
    });
  }).join('\n');
}
