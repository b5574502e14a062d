/** package.json and the code must say the same: commands, settings, documents, files. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { usualStopOn, watchRules } from '../../src/core/run/watch-rules';
import { commandIds } from '../../src/vscode/commands/ids';
import { draftScheme, proposalScheme } from '../../src/vscode/proposals/documents';

const root = resolve(__dirname, '../..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const { contributes } = manifest;

const sources = readdirSync(join(root, 'src/vscode'), { recursive: true })
  .map(String)
  .filter((name) => name.endsWith('.ts'))
  .map((name) => readFileSync(join(root, 'src/vscode', name), 'utf8'))
  .join('\n');

const declared: string[] = contributes.commands.map(({ command }: { command: string }) => command);
const settings: string[] = contributes.configuration.flatMap((group: { properties: object }) =>
  Object.keys(group.properties),
);

describe('the manifest', () => {
  it('declares exactly the commands that are registered', () => {
    assert.deepEqual([...declared].sort(), [...commandIds].sort());
  });

  it('offers "ML Intern: Start Post-Training Run"', () => {
    const start = contributes.commands.find(({ command }: { command: string }) => command === 'mlIntern.run.start');
    assert.equal(`${start.category}: ${start.title}`, 'ML Intern: Start Post-Training Run');
  });

  it('puts only declared commands into menus and keys', () => {
    const menus = Object.values(contributes.menus as Record<string, { command: string }[]>).flat();
    const used = [...menus, ...contributes.keybindings].map(({ command }: { command: string }) => command);
    assert.deepEqual(
      [...new Set(used)].filter((command) => !declared.includes(command)),
      [],
    );
  });

  it('declares exactly the settings that are read', () => {
    const read = [...sources.matchAll(/(?:get<[^>]+>|text)\('([\w.]+)'/g)].map(([, name]) => `mlIntern.${name}`);
    assert.deepEqual([...new Set(read)].filter((name) => name !== 'mlIntern.state').sort(), [...settings].sort());
  });

  it('offers exactly the rules that can end a training, and the usual ones unless told otherwise', () => {
    const { properties } = contributes.configuration.find(
      (group: { properties: object }) => 'mlIntern.watch.stopOn' in group.properties,
    );
    const { items, default: standard } = properties['mlIntern.watch.stopOn'];
    assert.deepEqual(items.enum, watchRules);
    assert.equal(items.markdownEnumDescriptions.length, watchRules.length);
    assert.deepEqual(standard, usualStopOn);
  });

  it('sets every context key that a condition asks for', () => {
    const conditions = JSON.stringify(contributes);
    const asked = [...conditions.matchAll(/mlIntern\.((?:has|run|pending)[A-Z]\w+)/g)].map(([, key]) => key);
    const missing = [...new Set(asked)].filter((key) => !sources.includes(`'${key}'`));
    assert.deepEqual(missing, []);
  });

  it('names the document schemes that the code uses', () => {
    assert.ok(manifest.activationEvents.includes(`onFileSystem:${proposalScheme}`));
    assert.ok(manifest.activationEvents.includes(`onFileSystem:${draftScheme}`));
    assert.ok(manifest.activationEvents.includes('onWebviewPanel:mlIntern.run'));
  });

  it('restricts in an untrusted folder what could send data or code elsewhere', () => {
    const restricted: string[] = manifest.capabilities.untrustedWorkspaces.restrictedConfigurations;
    for (const name of ['mlIntern.model.baseUrl', 'mlIntern.box.host', 'mlIntern.run.autonomy'])
      assert.ok(restricted.includes(name));
    assert.deepEqual(
      restricted.filter((name) => !settings.includes(name)),
      [],
    );
  });

  it('has the files it names', () => {
    const files: string[] = [
      manifest.icon,
      contributes.viewsContainers.activitybar[0].icon,
      ...contributes.walkthroughs[0].steps.map(({ media }: { media: { markdown: string } }) => media.markdown),
    ];
    assert.deepEqual(
      files.filter((file) => !existsSync(join(root, file))),
      [],
    );
  });
});
