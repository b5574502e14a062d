/** A language model that writes training rows: any OpenAI-compatible endpoint, Hugging Face Inference Providers, or a server on the box. */

export interface TeacherRequest {
  system: string;
  user: string;
  maxTokens: number;
  temperature: number;
  seed: number;
}

export interface TeacherReply {
  text: string;
  inputTokens: number;
  outputTokens: number;
  /** The endpoint did not count its tokens: these are characters / 4. */
  estimated: boolean;
  /** The model as the endpoint names it, which may tell its revision. */
  model: string;
  /** It was cut at `maxTokens`. */
  cut: boolean;
}

export interface Teacher {
  /** Failures are typed `model-*` errors; a `ModelError` carries how long the endpoint asks to be left alone. */
  ask(request: TeacherRequest, signal: AbortSignal): Promise<TeacherReply>;
  close(): Promise<void>;
}
