/** Reads a stream of server-sent events as it passes and says when it is no chat completion, or ends before the answer does. */
import { failedAnswer, garbage, type ModelError } from '../../core/model-errors';

export class StreamCheck {
  readonly #decoder = new TextDecoder();
  #line = '';
  #data: string[] = [];
  #events = 0;
  #complete = false;

  constructor(
    readonly where: string,
    readonly model: string,
  ) {}

  /** The reason to give up on the stream, or null while all is well. */
  take(bytes: Uint8Array): ModelError | null {
    return this.#takeText(this.#decoder.decode(bytes, { stream: true }));
  }

  /** To be asked when the stream has ended. */
  end(): ModelError | null {
    const failure = this.#takeText(`${this.#decoder.decode()}\n\n`);
    if (failure || this.#complete) return failure;
    if (this.#events === 0) return garbage(this.where, 'nothing');
    return failedAnswer({ where: this.where, body: 'the connection ended in the middle of an answer' });
  }

  #takeText(text: string): ModelError | null {
    const lines = (this.#line + text).split('\n');
    this.#line = lines.pop() ?? '';
    for (const line of lines) {
      const failure = this.#takeLine(line.replace(/\r$/, ''));
      if (failure) return failure;
    }
    // A body without line breaks must not pile up unseen.
    return this.#events === 0 && /^\s*[{<]/.test(this.#line) ? this.#stranger(this.#line) : null;
  }

  #takeLine(line: string): ModelError | null {
    if (line === '') return this.#takeEvent();
    if (line.startsWith('data:')) {
      this.#data.push(line.slice(5).trimStart());
      return null;
    }
    return /^(:|event:|id:|retry:)/.test(line) || line.trim() === '' ? null : this.#stranger(line);
  }

  #takeEvent(): ModelError | null {
    if (this.#data.length === 0) return null;
    const data = this.#data.join('\n');
    this.#data = [];
    this.#events += 1;
    if (data.startsWith('[DONE]')) {
      this.#complete = true;
      return null;
    }
    return this.#takeChunk(data);
  }

  #takeChunk(data: string): ModelError | null {
    const chunk = parse(data);
    if (!chunk) return garbage(this.where, 'a stream with a piece that is no JSON');
    if (chunk.error) return failedAnswer({ where: this.where, model: this.model, body: data });
    if (chunk.choices?.some((choice) => choice.finish_reason)) this.#complete = true;
    return null;
  }

  /** Not a stream at all: an error or a whole answer as JSON, or a web page. */
  #stranger(text: string): ModelError {
    const whole = parse(text);
    if (whole?.error) return failedAnswer({ where: this.where, model: this.model, body: text });
    if (whole?.choices) return garbage(this.where, 'its answer in one piece although a stream was asked for');
    return garbage(
      this.where,
      text.trimStart().startsWith('<') ? 'a web page instead of an answer' : 'something that is no stream of events',
    );
  }
}

interface Chunk {
  error?: unknown;
  choices?: { finish_reason?: string | null }[];
}

function parse(data: string): Chunk | null {
  try {
    const value: unknown = JSON.parse(data);
    return typeof value === 'object' && value !== null ? (value as Chunk) : null;
  } catch {
    // Not JSON: the caller says what that means.
    return null;
  }
}
