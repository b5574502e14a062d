/** The form in which a quote and a paper's text are compared: words and numbers, without the accidents of typesetting. */

/** Formatting commands, which change nothing of what is said. */
const dressing =
  /\\(?:text|mathrm|mathbf|mathit|mathsf|mathcal|mathbb|operatorname|boldsymbol|bf|rm|it|left|right|displaystyle|emph|textbf|textit|,|;|:|!| )(?![a-zA-Z])/g;
const signs: readonly [RegExp, string][] = [
  [/\\times(?![a-z])|×/gi, ' x '],
  [/\\(?:cdot|ast)(?![a-z])|[·⋅∙]/gi, ' x '],
  [/\\(?:leq?|leqslant)(?![a-z])|≤|⩽/gi, ' <= '],
  [/\\(?:geq?|geqslant)(?![a-z])|≥|⩾/gi, ' >= '],
  [/\\approx(?![a-z])|≈/gi, ' ~ '],
  [/\\sim(?![a-z])|∼/gi, ' ~ '],
  [/\\pm(?![a-z])|±/gi, ' +- '],
  [/\\rightarrow(?![a-z])|\\to(?![a-z])|→/gi, ' -> '],
  [/\\%/g, '%'],
];
const greek =
  'α alpha β beta γ gamma δ delta ε epsilon ϵ epsilon η eta θ theta κ kappa λ lambda μ mu ν nu π pi ρ rho σ sigma τ tau φ phi ϕ phi χ chi ψ psi ω omega'.split(
    ' ',
  );
const greekNames = new Map(
  greek.flatMap((letter, index) => (index % 2 === 0 ? [[letter, greek[index + 1] ?? '']] : [])) as [string, string][],
);

/** Words between single blanks, with a blank at both ends: a part is found between words only, never inside a word or a number. */
export function canonical(text: string): string {
  const tokens =
    plain(text).match(/\d+(?:\.\d+)?e-?\d+(?![\p{L}\p{N}])|[\p{L}\p{N}]+(?:\.\p{N}+)*|[%+\-<>=~…]/gu) ?? [];
  return tokens.length === 0 ? '' : ` ${tokens.join(' ')} `;
}

function plain(text: string): string {
  const unsigned = signs.reduce(
    (all, [sign, word]) => all.replace(sign, word),
    dashed(superscripts(text).normalize('NFKC')),
  );
  return powers(unsigned.replace(dressing, ' '))
    .replace(/(\p{L})-\s*\n\s*(\p{L})|(\p{L})-(?=\p{L})/gu, '$1$2$3')
    .replace(/[α-ωϵϕ]/gu, (letter) => greekNames.get(letter) ?? letter)
    .replace(/^\s*[-*]\s+|^\s*\|(?:\s*:?-{3,}:?\s*\|)+\s*$/gmu, ' ')
    .replace(/(\d),(?=\d{3}(?!\d))/g, '$1')
    .replace(/\.\.\./g, ' … ')
    .toLowerCase();
}

/** Soft hyphens and zero-width characters go; every dash and minus is one sign. */
function dashed(text: string): string {
  return text
    .replace(/\u00ad(\s*\n\s*)?|[\u200b-\u200d\u2060-\u2064\ufeff]/g, '')
    .replace(/[\u2010-\u2015\u2212]/g, '-');
}

/** NFKC would glue an exponent to its base: 10⁻⁴ must not become 10-4. */
function superscripts(text: string): string {
  return text.replace(/([⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)/g, '^{$1}');
}

/** 3 x 10^{-4}, 10^-4 and 3e-4 are one way of writing; so is 3 x 10-4, as PDF text has it. */
function powers(text: string): string {
  const exponent = String.raw`\s*\^\s*\{?\s*(-?)\s*(\d+)\s*\}?`;
  return text
    .replace(new RegExp(String.raw`(\d)\s*[x*]\s*10${exponent}`, 'gi'), '$1e$2$3')
    .replace(/(\d)\s*[x*]\s*10\s*-\s*(\d+)/gi, '$1e-$2')
    .replace(new RegExp(String.raw`(?<![\d.])10${exponent}`, 'g'), '1e$1$2')
    .replace(/(\d)e[+]?(-?)0*(\d)/gi, '$1e$2$3');
}
