/** Counting tokens: with the base model's tokenizer where it is at hand, else by rule of thumb. */

export interface TokenCounter {
  /** For people: the model, or `estimate`. */
  name: string;
  estimated: boolean;
  count(text: string): number;
}

/** Four characters of Latin script make a token, 2.5 of other alphabets; of scripts without spaces each is about one. */
export const estimatedTokens: TokenCounter = {
  name: 'about four characters a token',
  estimated: true,
  count(text) {
    let twentieths = 0;
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      twentieths += code < 0x250 ? 5 : code >= 0x2e80 ? 20 : 8;
    }
    return Math.ceil(twentieths / 20);
  },
};
