/** What a claim names, and whether the passage of its quote names it too. */
import { canonical } from './canonical';

/** The names in a claim (GRPO, GSM8K, Qwen2.5) that its passage does not have; of a claim in plain words, all of it when no word recurs. */
export function missingNames(claim: string, passage: string): string[] {
  const held = wordsOf(passage);
  const named = namesIn(claim);
  if (named.length > 0) return named.filter((name) => !isNamed(name, held));
  return recurs(claim, held) ? [] : [claim];
}

/** A setting may be written with its initials, such as lr. */
export function namesSetting(name: string, passage: string): boolean {
  const held = wordsOf(passage);
  const initials = wordsOf(canonical(name))
    .map((word) => word[0])
    .join('');
  return recurs(name, held) || (initials.length > 1 && held.includes(initials));
}

/** Words with a digit or a second capital. Numbers with a unit are figures, which are looked up as numbers. */
function namesIn(claim: string): string[] {
  const words = claim.match(/(?<![\p{L}\p{N}.-])\p{L}[\p{L}\p{N}]*(?:[-.]?[\p{L}\p{N}]+)*/gu) ?? [];
  return words.filter((word) => /\p{Lu}.*\p{Lu}|\p{N}/u.test(word));
}

/** However it is joined: LLaMA-2, Llama 2 and Llama2 are one name; so is its plural. */
function isNamed(name: string, held: readonly string[]): boolean {
  const wanted = wordsOf(canonical(name)).join('');
  return held.some((_, from) => {
    let joined = '';
    for (let at = from; at < held.length && joined.length < wanted.length; at++) joined += held[at] ?? '';
    return joined === wanted || joined === `${wanted}s`;
  });
}

const shortestWord = 4;
const stem = 5;

/** True as well of a claim without words, such as a number. */
function recurs(claim: string, held: readonly string[]): boolean {
  const words = wordsOf(canonical(claim)).filter((word) => word.length >= shortestWord && !/\p{N}/u.test(word));
  return words.length === 0 || words.some((word) => held.some((other) => other.startsWith(word.slice(0, stem))));
}

function wordsOf(text: string): string[] {
  return text.split(' ').filter((word) => /[\p{L}\p{N}]/u.test(word));
}
