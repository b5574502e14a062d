/**
 * Characters that a reader does not see but a model or a terminal obeys: controls, escape sequences, zero-width and bidirectional marks,
 * tag characters. Text from outside is cleared of them before it is shown to anyone; what is trained on is never changed.
 */

/** As ECMA-48 has them: CSI, then OSC and its like up to their end, then any other. */
const escapes =
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|\u001b[\]PX^_][^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?|\u001b[ -/]*[0-~]/g;
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;
/** Soft hyphens, zero widths, marks and overrides of direction, fillers, invisible operators, variation selectors, tags. */
const invisible =
  /[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]/gu;
/** Persian, Indic scripts and emoji are written with joiners, emoji with a selector: one between its like is no trick. */
const joiner =
  /(?<=[\p{L}\p{M}\p{Extended_Pictographic}\ufe0f])[\u200c\u200d](?=[\p{L}\p{M}\p{Extended_Pictographic}])/gu;
const selector = /(?<=\p{Extended_Pictographic}|[0-9#*])\ufe0f/gu;

/** Halves of characters: servers refuse text that holds one. */
const halves = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

export interface Seen {
  text: string;
  /** How many characters that nobody would have seen were taken out. */
  removed: number;
}

/** Line breaks and tabs stay; `\r\n` becomes `\n`. */
export function onlySeen(text: string): Seen {
  const whole = text.replace(/\r\n?/g, '\n').replace(halves, '\ufffd');
  const kept = keptMarks(whole);
  let removed = 0;
  const drop = (match: string, at: number): string => {
    if (kept.has(at)) return match;
    removed += 1;
    return '';
  };
  const seen = whole.replace(invisible, drop).replace(escapes, () => {
    removed += 1;
    return '';
  });
  return {
    text: seen.replace(controls, () => {
      removed += 1;
      return ' ';
    }),
    removed,
  };
}

/** In one line, for titles, names and cells. */
export function seenLine(text: string): string {
  return onlySeen(text).text.replace(/\s+/g, ' ').trim();
}

function keptMarks(text: string): Set<number> {
  const ascii = (at: number): boolean => (text.codePointAt(at) ?? 0) < 128;
  const joiners = [...text.matchAll(joiner)].filter(({ index }) => !ascii(index - 1) && !ascii(index + 1));
  return new Set([...joiners, ...text.matchAll(selector)].map(({ index }) => index));
}
