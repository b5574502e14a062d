/** `ml-intern data overlap` with the real engine, on this machine's Python. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeTerminal, play } from './support';

const item = {
  question: 'How many litres of paint does Ottilie need for the four walls of her square studio?',
  answer: '12',
};
const clean = { question: 'How many tins of varnish does the carpenter order for the long table?', answer: '3' };

interface Printed {
  rows: number;
  items: number;
  seconds: number;
  hits: { row: number; item: number; score: number; kind: string; file?: string }[];
  known: { benchmark: string; relation: string }[];
  evaluation: string | null;
  error?: { reason: string; message: string; next: string };
}

describe('ml-intern data overlap', () => {
  let folder: string;

  before(async function () {
    this.timeout(60_000);
    folder = await mkdtemp(join(tmpdir(), 'ml-intern-overlap-'));
    const lines = (...rows: object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
    await writeFile(join(folder, 'gsm8k-test.jsonl'), lines(item));
    await writeFile(join(folder, 'train.jsonl'), lines({ ...clean, source: 'MetaMathQA' }, item, clean));
    await writeFile(join(folder, 'clean.jsonl'), `${lines(clean)}{broken\n`);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const at = (name: string) => join(folder, name);
  const check = (train: string[], ...more: string[]) =>
    play([
      ...['data', 'overlap', '--train', ...train.map(at), '--eval', at('gsm8k-test.jsonl')],
      ...['--box-root', at('box'), ...more],
    ]);
  const printed = ({ terminal }: { terminal: FakeTerminal }) => JSON.parse(terminal.stdout) as Printed;

  it('prints one object: which row holds which item, and how', async () => {
    const played = await check(['train.jsonl'], '--json');
    assert.equal(played.code, 0, played.terminal.stderr);
    const { rows, items, seconds, hits } = printed(played);
    assert.deepEqual(
      { rows, items, hits },
      { rows: 3, items: 1, hits: [{ row: 1, item: 0, score: 1, kind: 'verbatim' }] },
    );
    assert.ok(seconds >= 0);
  });

  it('names what the rows say that they come from, when it is known to be made from the evaluation', async () => {
    const { evaluation, known } = printed(await check(['train.jsonl'], '--json'));
    assert.equal(evaluation, 'GSM8K');
    assert.deepEqual(
      known.map(({ benchmark, relation }) => [benchmark, relation]),
      [['GSM8K', 'derived']],
    );
  });

  it('shows the matching rows side by side, within the width of the terminal', async () => {
    const { terminal } = await check(['train.jsonl', 'clean.jsonl']);
    assert.match(terminal.stdout, /1 of 4 rows overlap with 1 of 1 items \(1 verbatim\)/);
    assert.match(terminal.stdout, /train\.jsonl +1 +0 +verbatim +1\.00 +How many/);
    assert.match(terminal.stdout, /not checked: 1 line; .* clean\.jsonl, line 2, not JSON/);
    const tableLines = terminal.stdout.split('\n').filter((line) => line.startsWith('train.jsonl'));
    assert.ok(tableLines.every((line) => line.length <= 100));
  });

  it('writes the rows that stay, the record of the others, and a report', async () => {
    const played = await check(['train.jsonl'], '--remove', at('kept.jsonl'), '--report', at('report'));
    assert.equal(played.code, 0, played.terminal.stderr);
    assert.equal((await readFile(at('kept.jsonl'), 'utf8')).trim().split('\n').length, 2);
    assert.match(await readFile(at('kept.jsonl.removed.jsonl'), 'utf8'), /"kind": "verbatim"/);
    const page = await readFile(join(at('report'), 'overlap.md'), 'utf8');
    assert.match(page, /## Row 1 and item 0: verbatim, 1\n\nThe row:\n\n {4}How many litres/);
  });

  it('a missing file is bad usage, told in the one object', async () => {
    const played = await check(['nothing.jsonl'], '--json');
    assert.equal(played.code, 2);
    const { error } = printed(played);
    assert.equal(error?.reason, 'bad-input');
    assert.match(error.message, /There is no file .*nothing\.jsonl/);
  });

  it('Ctrl-C ends it with code 130', async () => {
    const terminal = new FakeTerminal();
    const playing = play(
      ['data', 'overlap', '--train', at('train.jsonl'), '--eval', at('gsm8k-test.jsonl'), '--box-root', at('box')],
      undefined,
      terminal,
    );
    setImmediate(() => terminal.interrupt());
    assert.equal((await playing).code, 130);
  });
});
