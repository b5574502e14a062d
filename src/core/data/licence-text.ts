/** Licences that a README or a LICENSE file names. The text is untrusted: what it says can make a verdict stricter, never laxer. */
import { licenceId } from './licence-names';

const names: readonly [RegExp, string][] = [
  [/apache(?:\s+software)?[\s-]*(?:licen[cs]e)?,?\s*(?:version|v)?[\s-]*2(?:\.0)?\b/gi, 'apache-2.0'],
  [/\bMIT(?:[ -]licen[cs]e|-licen[cs]ed| licensed|\b(?=[\s.,;)*]))/g, 'mit'],
  [/permission is hereby granted, free of charge, to any person obtaining a copy/gi, 'mit'],
  [/gnu affero general public licen[cs]e|\bagpl-?(?: ?v?3(?:\.0)?)/gi, 'agpl-3.0'],
  [/gnu general public licen[cs]e[\s,]*(?:version|v)[\s.]*3|\bgpl[ -]?v?3(?:\.0)?/gi, 'gpl-3.0'],
  [/gnu general public licen[cs]e[\s,]*(?:version|v)[\s.]*2|\bgpl[ -]?v?2(?:\.0)?/gi, 'gpl-2.0'],
  [/bsd[ -]3[ -]clause|neither the name of [^.]{1,80} nor the names of its contributors/gi, 'bsd-3-clause'],
  [/bsd[ -]2[ -]clause/gi, 'bsd-2-clause'],
  [/open data commons attribution|\bodc[ -]by\b/gi, 'odc-by'],
  [/open database licen[cs]e|\bodbl\b/gi, 'odbl'],
  [/llama (2|3|3\.1|3\.2|3\.3|4) community licen[cs]e/gi, 'llama'],
  [/gemma terms of use/gi, 'gemma'],
  [/\bopenrail(?:-m|\+\+)?\b/gi, 'openrail'],
];
const creativeCommons =
  /creativecommons\.org\/(?:licenses\/by[a-z-]*|publicdomain\/zero)\/?(?:\d\.\d)?|\bcc[ -](?:by(?:[ -](?:nc|nd|sa))*)(?:[ -]v?\d(?:\.\d)?)?|\bcc[ -]?0(?:[ -]1\.0)?|attribution(?:[ -]*(?:non[ -]?commercial|no[ -]?deriv[a-z]*|share[ -]?alike))+(?:[ ,-]*v?\d\.\d)?|creative commons attribution(?: v?\d\.\d)?/gi;

/** Sentences beyond a licence's own text are not looked at: a whole licence mentions others. */
const headOfLicence = 2000;

export function licencesOfFile(text: string): string[] {
  return named(text.slice(0, headOfLicence));
}

/** Lines that speak of a licence or stand below a heading that does. */
export function licencesOfReadme(text: string): string[] {
  const lines = text.split(/\r?\n/);
  let below = false;
  const telling = lines.filter((line) => {
    if (/^#{1,6}\s/.test(line)) below = /licen[cs]|copyright|terms of use/i.test(line);
    return below || /licen[cs]e|licensed under/i.test(line);
  });
  return named(telling.join('\n').slice(0, 20_000));
}

function named(text: string): string[] {
  const plainNames = names.flatMap(([pattern, id]) =>
    [...text.matchAll(pattern)].map((match) => (id === 'llama' ? `llama${match[1] ?? ''}` : id)),
  );
  const commons = [...text.matchAll(creativeCommons)].flatMap(([found]) => licenceId(found) ?? []);
  return withoutVaguer([...new Set([...plainNames, ...commons])]);
}

/** `cc-by-nc` beside `cc-by-nc-4.0` is the same licence said twice. */
function withoutVaguer(ids: readonly string[]): string[] {
  return ids.filter((id) => !ids.some((other) => other !== id && new RegExp(`^${id}-\\d`).test(other)));
}
