// The runner of tests inside the extension host must tell passing from failing, or every later test there proves nothing.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runHostTests } from '../support/editor/host-tests';

describe('tests inside the extension host', function () {
  this.timeout(120_000);
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'host-'));
    const manifest = {
      name: 'bed',
      publisher: 'ml-intern',
      version: '0.0.1',
      engines: { vscode: '^1.110.0' },
      main: './a.js',
    };
    writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
    writeFileSync(join(folder, 'a.js'), 'exports.activate = () => ({ answer: 42 });');
    writeFileSync(
      join(folder, 'some.test.ts'),
      `import * as vscode from 'vscode';
       describe('bed', () => {
         it('activates', async () => {
           const api = await vscode.extensions.getExtension('ml-intern.bed')?.activate();
           if (api.answer !== 42) throw new Error('wrong answer');
         });
         it('complains', () => { throw new Error('on purpose'); });
         it('waits');
       });`,
    );
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  it('reports what passed, failed and waits', async () => {
    const result = await runHostTests({ tests: [join(folder, 'some.test.ts')], developmentPath: folder });
    assert.deepEqual(result.passed, ['bed activates']);
    assert.deepEqual(result.failed, [{ title: 'bed complains', message: 'on purpose' }]);
    assert.deepEqual(result.pending, ['bed waits']);
    assert.match(result.output, /1 passing/);
  });
});
