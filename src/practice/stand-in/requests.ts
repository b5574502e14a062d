/** What a person's plain words ask for: numbers next to the names of settings, "half the learning rate", datasets to leave alone. */

export interface Requests {
  /** Setting -> its new value from its old one (undefined where there was none). */
  changes: { key: string; say: string; apply: (old: number | undefined) => number }[];
  /** Dataset ids, lower case. */
  avoid: string[];
}

const settings: { key: string; name: string; whole: boolean }[] = [
  { key: 'learning_rate', name: 'learning[ _-]?rate|lr', whole: false },
  { key: 'max_steps', name: '(?:training[ _-]?|max[ _-]?)?steps?', whole: true },
  { key: 'epochs', name: '(?:num[ _-]?train[ _-]?)?epochs?', whole: false },
  { key: 'batch_size', name: 'batch(?:[ _-]?size)?', whole: true },
  { key: 'gradient_accumulation', name: 'gradient[ _-]?accumulation', whole: true },
  { key: 'max_length', name: 'max(?:imum)?[ _-]?length', whole: true },
  { key: 'weight_decay', name: 'weight[ _-]?decay', whole: false },
  { key: 'warmup', name: 'warm-?up', whole: false },
  { key: 'seed', name: 'seed', whole: true },
];
const value = String.raw`(\d+(?:\.\d+)?(?:e[-+]?\d+)?)`;
const between = String.raw`(?:\s*(?:of|to|at|is|be|should|must|use|try|set|with|a|from|=|:)\b)*\s*[=:]?\s*`;
const less = 'half|halve|halving|lower|smaller|fewer|less|shorter|reduce|decrease';
const more = 'double|twice|higher|larger|bigger|more|longer|raise|increase';

export function requestsIn(text: string): Requests {
  return { changes: settings.flatMap((setting) => changeOf(setting, text) ?? []), avoid: avoided(text) };
}

function changeOf(setting: (typeof settings)[number], text: string): Requests['changes'][number] | null {
  const asked = numberFor(setting, text);
  if (asked !== null) return { key: setting.key, say: `${setting.key} = ${asked}`, apply: () => asked };
  const factor = factorFor(setting, text);
  if (factor === null) return null;
  return {
    key: setting.key,
    say: `${setting.key} x ${factor}`,
    apply: (old) => (setting.whole ? Math.max(1, Math.round((old ?? 1) * factor)) : (old ?? 1) * factor),
  };
}

function numberFor(setting: (typeof settings)[number], text: string): number | null {
  const after = new RegExp(`\\b(?:${setting.name})\\b${between}${value}(?![\\w%])`, 'i').exec(text);
  const before = new RegExp(`(?<![\\w.])${value}\\s*(?:${setting.name})\\b`, 'i').exec(text);
  const found = after?.[1] ?? before?.[1];
  const asked = found === undefined ? Number.NaN : Number(found);
  if (!Number.isFinite(asked) || (asked === 0 && setting.key !== 'seed')) return null;
  return setting.whole ? Math.round(asked) : asked;
}

function factorFor(setting: (typeof settings)[number], text: string): number | null {
  const near = (words: string): boolean =>
    new RegExp(`\\b(?:${words})\\b(?:\\s+(?:the|a|of|as|many))*\\s+(?:${setting.name})\\b`, 'i').test(text);
  if (near(less)) return 0.5;
  return near(more) ? 2 : null;
}

function avoided(text: string): string[] {
  const pattern =
    /(?:\bnot|n't|\bavoid|\bwithout|\bdrop|\bleave out|\binstead of|\bnever)\b[^.;\n]*?([\w.-]+\/[\w.-]*\w)/gi;
  return [...text.matchAll(pattern)].flatMap((match) => match[1]?.toLowerCase() ?? []);
}
