/** Answers that begin like a refusal; what merely advises caution is none. `ml_intern_box.quality` knows the same words. */
const refusal = new RegExp(
  '^[^\\p{L}\\p{N}]*(?:' +
    [
      "(?:i['’]?m|i am)\\s+(?:very\\s+|so\\s+|really\\s+)?sorry,?\\s+(?:but\\s+)?(?:i|as)\\b",
      "sorry,?\\s+(?:but\\s+)?i\\s+(?:can['’]?t|cannot|can\\s+not|am\\s+not|['’]?m\\s+not|won['’]?t|will\\s+not)",
      "i\\s+(?:can['’]?t|cannot|can\\s+not|am\\s+unable\\s+to|['’]?m\\s+unable\\s+to|won['’]?t|will\\s+not|must\\s+decline)\\s+(?:to\\s+)?(?:help|assist|provide|comply|fulfil|fulfill|answer|create|write|generate|discuss|share|do|with)",
      "i['’]m\\s+(?:unable|not\\s+able)\\s+to\\s+(?:help|assist|provide|comply|answer|create|write|generate|discuss)",
      'as\\s+an?\\s+(?:ai|artificial|large\\s+language|language)\\b',
      'i\\s+must\\s+(?:respectfully\\s+)?decline',
    ].join('|') +
    ')',
  'iu',
);

export function isRefusal(answer: string): boolean {
  return refusal.test(answer.slice(0, 400));
}
