/** The table of a run, for people. */
import { cpus, totalmem } from 'node:os';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Row } from './run';
import type { Scenario } from './scenario';

export function rowText(row: Row): string {
  const outcome = row.skipped === undefined ? (row.holds ? 'holds ' : 'FAILED') : 'skipped';
  const why = row.skipped ?? row.error ?? row.broken?.join('; ') ?? '';
  const { faults, jobsLost, bytesLost, bytesDoubled, state, secondsToNotice } = row;
  const figures =
    faults === undefined
      ? ''
      : `${faults} faults, lost ${jobsLost} jobs ${bytesLost} bytes, doubled ${bytesDoubled} bytes, ${state}, noticed in ${secondsToNotice} s`;
  return [outcome, row.name.padEnd(30), `${row.seconds.toFixed(1)} s`.padStart(8), figures, why].join('  ').trimEnd();
}

export function reportText(
  rows: readonly Row[],
  scenarios: readonly Scenario[],
  seed: number,
  command: string,
): string {
  const cells = (row: Row) =>
    row.faults === undefined
      ? [
          '–',
          '–',
          '–',
          '–',
          row.skipped ? `skipped: ${row.skipped}` : 'did not finish',
          '–',
          row.skipped ? '–' : yes(false),
        ]
      : [row.faults, row.jobsLost, row.bytesLost, row.bytesDoubled, row.state, row.secondsToNotice, yes(row.holds)];
  const what = (row: Row) => scenarios.find(({ name }) => name === row.name)?.what ?? '';
  return [
    '# What the box survives',
    '',
    `Written by \`${command}\` on ${new Date().toISOString().slice(0, 10)}; seed ${seed}; ${machine()}.`,
    '',
    "Each row is a real job under the product's own supervisor, behind a real OpenSSH server, followed into files by the product's own client.",
    'Its lines are numbered, so that a lost or doubled byte shows.',
    '',
    '| fault | times | jobs lost | bytes lost | bytes doubled | state at the end | seconds to notice | holds |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows.map((row) => `| ${[row.name, ...cells(row)].join(' | ')} |`),
    '',
    ...rows.map((row) => `- **${row.name}**: ${what(row)}`),
    '',
  ].join('\n');
}

const yes = (is: boolean) => (is ? 'yes' : '**no**');

function machine(): string {
  const release = /^PRETTY_NAME="(.+)"$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? process.platform;
  const python = spawnSync('python3', ['--version']).stdout.toString().trim();
  const ssh = /^OpenSSH_[^ ,]+/.exec(spawnSync('ssh', ['-V']).stderr.toString())?.[0] ?? 'OpenSSH';
  return `${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, ${release}, Node ${process.versions.node}, ${python}, ${ssh}`;
}
