/** Secrets that only a person can give while a box is being reached: passphrases, passwords, codes. */

export interface SecretQuestion {
  /** `code`: used once, such as the second factor of a sign-in. */
  kind: 'passphrase' | 'password' | 'code';
  /** What is asked for, in a few words. For a code these are the server's own. */
  what: string;
  /** Whom it is for, or what the server says about it; may be empty. */
  detail: string;
  /** The answer may be seen while it is typed. */
  echo: boolean;
  /** It can be kept for the next time, if the person wants that. */
  mayRemember: boolean;
}

export interface SecretAnswer {
  answer: string;
  remember: boolean;
}

export interface Prompts {
  /** undefined when the person declines. The signal fires when the answer is not wanted any more. */
  secret(question: SecretQuestion, signal?: AbortSignal): Promise<SecretAnswer | undefined>;
  /** What this process was told, by the name of the secret; whoever clears it makes the next use ask again. */
  readonly answered: Map<string, SecretAnswer>;
}
