import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MapAnswer } from '../../src/app/data-map';
import { FakeRuns, FakeTerminal, play } from './support';

describe('ml-intern data map', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'map-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const run = (...args: string[]) => play(['data', 'map', ...args], new FakeRuns(), new FakeTerminal());
  async function file(name: string, text: string): Promise<string> {
    await writeFile(join(folder, name), text);
    return join(folder, name);
  }
  const lines = (rows: unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  const chat = (value: string) => ({
    conversations: [
      { from: 'human', value: 'Hi' },
      { from: 'gpt', value },
    ],
  });

  it('counts every row of the file, also beyond those that told the format, and names the lost ones', async () => {
    const rows = Array.from({ length: 500 }, (_, at) => (at === 450 ? { conversations: null } : chat(`Hello ${at}`)));
    const path = await file('chats.jsonl', `${lines(rows)}not json\n`);
    const { code, terminal } = await run(path, '--json');
    assert.equal(code, 0);
    const answer = JSON.parse(terminal.stdout) as MapAnswer;
    assert.deepEqual([answer.format, answer.mapped, answer.unmapped], ['sharegpt', 499, 2]);
    assert.deepEqual(answer.unmappedBy, { missing: 1, 'no-row': 1 });
    assert.deepEqual(answer.unmappedRows[0], { row: 450, problem: 'missing' });
    assert.match(String(answer.unmappedRows[1]?.row), /501/);
    assert.ok(answer.confidence > 0.9 && Array.isArray(answer.problems) && answer.sample.length === 3);
  });

  it('takes a mapping, and writes the training rows', async () => {
    const path = await file('odd.csv', 'frage,antwort\nWhy?,So.\nWho?,\n');
    const out = join(folder, 'made', 'train.jsonl');
    const mapping = JSON.stringify({ prompt: '{frage}\n', completion: '{antwort}' });
    const { code, terminal } = await run(path, '--mapping', mapping, '--out', out, '--json');
    assert.equal(code, 0, terminal.stderr);
    const answer = JSON.parse(terminal.stdout) as MapAnswer;
    assert.deepEqual([answer.mapped, answer.unmapped], [1, 1]);
    assert.equal(await readFile(out, 'utf8'), '{"prompt":"Why?\\n","completion":"So."}\n');
    const fromFile = await run(path, '--mapping', await file('mapping.json', mapping), '--json');
    assert.equal((JSON.parse(fromFile.terminal.stdout) as MapAnswer).mapped, 1);
  });

  it('says unknown with the reason, and maps nothing', async () => {
    const path = await file('classes.jsonl', lines([1, 0, 1, 0].map((label, at) => ({ text: `Film ${at}`, label }))));
    const answer = JSON.parse((await run(path, '--json')).terminal.stdout) as MapAnswer;
    assert.deepEqual([answer.format, answer.mapped, answer.unmapped, answer.sample], ['unknown', 0, 4, []]);
    assert.match(answer.problems.join(' '), /classify/);
  });

  it('shows what a model would be trained on', async () => {
    const template = join(__dirname, '../fixtures/chat-templates/gemma');
    const system = { conversations: [{ from: 'system', value: 'Be kind.' }, ...chat('x').conversations] };
    const path = await file('templated.jsonl', lines([chat('Hello'), system]));
    const { terminal } = await run(path, '--template', template);
    assert.match(terminal.stdout, /⟦Hello<end_of_turn>/);
    assert.match(terminal.stdout, /row 1, template-raises: The chat template refuses it: System role not supported/);
    const answer = JSON.parse((await run(path, '--template', template, '--json')).terminal.stdout) as MapAnswer;
    assert.deepEqual(answer.lint?.rules, { 'no-eos': 1, 'template-raises': 1 });
  });

  it('says what is wrong with a mapping, a template or a place to write to, and leaves no part behind', async () => {
    const path = await file('qa.jsonl', lines([{ question: 'Why?', answer: 'So.' }]));
    const error = async (...args: string[]) => {
      const { terminal } = await run(path, '--json', ...args);
      return (JSON.parse(terminal.stdout) as { error: { message: string } }).error.message;
    };
    assert.match(await error('--mapping', '{"promt": "x"}'), /is no mapping/);
    assert.match(await error('--mapping', join(folder, 'none.json')), /cannot be read/);
    assert.match(await error('--template', join(folder, 'none')), /No tokenizer_config.json/);
    assert.match(await error('--out', join(path, 'train.jsonl')), /cannot be written/);
    await assert.rejects(stat(join(path, 'train.jsonl.part')));
  });

  it('prints a page for people', async () => {
    const path = await file(
      'page.jsonl',
      lines([
        { question: 'Why?', answer: 'So.' },
        { question: 'Who?', answer: '' },
      ]),
    );
    const { terminal } = await run(path);
    for (const part of [/question-answer, confidence 0\.\d\d: 1 rows mapped, 1 unmapped/, /1 × missing/, /rows 1\)/])
      assert.match(terminal.stdout, part);
  });
});
