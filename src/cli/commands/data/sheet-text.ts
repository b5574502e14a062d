/** A data sheet as one page of text. Pure. */
import type { Inspected } from '../../../core/data/inspect';
import { licencesInWords } from '../../../core/data/licence-facts';
import { obligationWords } from '../../../core/data/licence-terms';
import type { DataSheet, Quantiles } from '../../../core/run/types';
import { sizeText } from '../../../core/size';
import { count, percent, plain, shorten } from '../../format';

const shownColumns = 20;
const shownSplits = 8;
const longestType = 60;
const longestRow = 300;

export function sheetText({ sheet, examples }: Inspected): string {
  const facts = [...licence(sheet), ...size(sheet), ...columns(sheet), ...rows(sheet), ...training(sheet)];
  const width = Math.max(...facts.map(([name]) => name.length));
  const lines = facts.map(([name, value]) => `  ${name.padEnd(width)}  ${plain(value)}`);
  const remarks = sheet.remarks.map((remark) => `  - ${plain(remark)}`);
  const [first] = examples;
  return [
    `${plain(sheet.id)}${sheet.revision === 'local' ? '' : ` @ ${plain(sheet.revision.slice(0, 12))}`}`,
    ...lines,
    ...(remarks.length > 0 ? ['', 'Mind:', ...remarks] : []),
    ...(first ? ['', 'A row:', `  ${shorten(plain(JSON.stringify(first)), longestRow)}`] : []),
  ].join('\n');
}

type Fact = [name: string, value: string];

function licence({ licence, licenceVerdict, licenceSources = [], obligations = [], gating }: DataSheet): Fact[] {
  const verdict = { allow: 'allowed', ask: 'you decide', deny: 'not allowed' }[licenceVerdict];
  const stated = licenceSources.map(({ where, licences, name, link, unread }) => {
    const rest = unread === undefined ? undefined : `${unread} more cells were not judged`;
    const more = [name, link, rest].filter((part) => part !== undefined).join(', ');
    return `${where}: ${licencesInWords(licences)}${more === '' ? '' : ` (${more})`}`;
  });
  return [
    ['Licence', `${licence ?? 'none stated'} (${verdict})`],
    ...stated.map((line): Fact => ['', line]),
    ...(licence !== null && obligations.length > 0
      ? [['Asks for', obligations.map((one) => obligationWords[one]).join('; ')] as Fact]
      : []),
    ...(gating ? [['Access', gating.how] as Fact] : []),
  ];
}

function size({ splits, config, split, rows, bytes, sampled, complete, from }: DataSheet): Fact[] {
  const names = splits.slice(0, shownSplits).map((one) => {
    const rowCount = one.rows === null ? '' : ` (${count(one.rows)})`;
    return `${one.config === 'default' ? '' : `${one.config}/`}${one.split}${rowCount}`;
  });
  const more = splits.length > shownSplits ? `, and ${splits.length - shownSplits} more` : '';
  const all = rows === null || rows === undefined ? 'unknown' : count(rows);
  return [
    ['Splits', `${names.join(', ')}${more}`],
    [
      'This one',
      `${config}/${split}: ${all} rows${bytes === null || bytes === undefined ? '' : `, ${sizeText(bytes)}`}`,
    ],
    ['Looked at', `${complete ? `all ${count(sampled)} rows` : `a sample of ${count(sampled)} rows`}, from ${from}`],
  ];
}

function columns({ columns }: DataSheet): Fact[] {
  const shown = columns.slice(0, shownColumns).map(({ name, type }) => `${name}: ${shorten(type, longestType)}`);
  const more = columns.length > shownColumns ? [`and ${columns.length - shownColumns} more`] : [];
  return [['Columns', [...shown, ...more].join(', ')]];
}

function rows({
  lengths,
  languages = [],
  duplicates,
  emptyShare,
  empty = [],
  truncated = 0,
  sampled,
}: DataSheet): Fact[] {
  if (sampled === 0) return [];
  const tongues = languages.map(({ language, share }) => `${language} ${percent(share)}`);
  const holes = empty.map(({ column, share }) => `${column} ${percent(share)}`);
  return [
    ...(lengths
      ? [['Characters', quantiles(lengths.characters)] as Fact, ['Tokens', tokenText(lengths.tokens)] as Fact]
      : []),
    ['Language', tongues.join(', ') || 'cannot be told'],
    ...(duplicates
      ? [['Duplicates', `${percent(duplicates.exact)} exact, ${percent(duplicates.near)} near`] as Fact]
      : []),
    ['Empty', `${percent(emptyShare)} of the rows${holes.length > 0 ? `: ${holes.join(', ')}` : ''}`],
    ...(truncated > 0 ? [['Shortened', `${count(truncated)} rows came with shortened cells`] as Fact] : []),
  ];
}

function quantiles({ p50, p90, p99, max }: Quantiles): string {
  return `half up to ${count(p50)}, 90 % up to ${count(p90)}, 99 % up to ${count(p99)}, longest ${count(max)}`;
}

function tokenText(tokens: NonNullable<DataSheet['lengths']>['tokens']): string {
  return `${quantiles(tokens)} (${tokens.estimated ? 'estimated, ' : 'by the tokenizer of '}${tokens.tokenizer})`;
}

function training({ format, formatConfidence, usableShare, wouldBeCut, problems = [] }: DataSheet): Fact[] {
  const sure = formatConfidence === undefined ? '' : ` (${percent(formatConfidence)} sure)`;
  return [
    ['Format', `${format}${sure}`],
    ...(usableShare === undefined ? [] : [['Usable', `${percent(usableShare)} of the rows as mapped`] as Fact]),
    ...(wouldBeCut
      ? [['Cut', `${percent(wouldBeCut.share)} of the rows at ${count(wouldBeCut.maxTokens)} tokens`] as Fact]
      : []),
    ...problems.map(({ what, count: times, example }): Fact => [
      '',
      `${count(times)} × ${what}${example === undefined ? '' : `, first ${example}`}`,
    ]),
  ];
}
