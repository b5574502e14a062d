// The package that people install: what is in it, how large it is, and that a real VS Code activates it. `npm run package` comes first.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEditor } from '../support/editor/editor';
import { REPOSITORY } from '../support/editor/extension';
import { mustRun } from '../support/process';

interface Manifest {
  name: string;
  displayName: string;
  version: string;
  icon: string;
  contributes: {
    viewsContainers: { activitybar: { title: string }[] };
    walkthroughs: { steps: { media: { markdown: string } }[] }[];
  };
}

const manifest = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')) as Manifest;
const vsix = join(REPOSITORY, `${manifest.name}-${manifest.version}.vsix`);

const ALLOWED = [
  /^\[Content_Types\]\.xml$/,
  /^extension\.vsixmanifest$/,
  /^extension\/(package\.json|readme\.md|changelog\.md|LICENSE\.txt)$/i,
  /^extension\/out\/[\w.-]+\.(cjs|js|css|ttf|html)$/,
  /^extension\/box\/(ml_intern_box|scripts|practice)\/[\w/]+\.py$/,
  /^extension\/box\/environments\/[\w.-]+$/,
  /^extension\/box\/benchmarks\/[\w-]+\.json$/,
  /^extension\/templates\/space\/(app\.py|requirements\.txt|README\.md)$/,
  /^extension\/media\/icon\.(png|svg)$/,
  /^extension\/media\/walkthrough\/[\w-]+\.(md|svg|png)$/,
];

async function contents(): Promise<string[]> {
  const list =
    'import sys, zipfile; print("\\n".join(n for n in zipfile.ZipFile(sys.argv[1]).namelist() if n[-1] != "/"))';
  return (await mustRun('python3', ['-c', list, vsix])).trim().split('\n');
}

describe('the package', function () {
  this.timeout(180_000);

  before(() => assert.ok(existsSync(vsix), `${vsix} is missing: run npm run package`));

  it('is smaller than 6 MB', () => {
    assert.ok(statSync(vsix).size < 6_000_000, `it has ${statSync(vsix).size} bytes`);
  });

  it('holds nothing but what belongs in it', async () => {
    const strange = (await contents()).filter((name) => !ALLOWED.some((pattern) => pattern.test(name)));
    assert.deepEqual(strange, []);
  });

  it('holds what the manifest and the box need', async () => {
    const names = await contents();
    const pages = manifest.contributes.walkthroughs.flatMap(({ steps }) => steps.map(({ media }) => media.markdown));
    const supervisor = 'box/ml_intern_box/supervisor.py';
    const wanted = [
      'out/extension.cjs',
      'out/cli.cjs',
      'out/run-panel.js',
      manifest.icon,
      supervisor,
      'templates/space/app.py',
      ...pages,
    ];
    assert.deepEqual(
      wanted.filter((name) => !names.includes(`extension/${name}`)),
      [],
    );
  });

  it('installs into a real VS Code and activates when its sidebar is opened', async () => {
    const workspace = mkdtempSync(join(tmpdir(), 'package-'));
    const editor = await startEditor({ workspace, extension: { vsix } });
    try {
      const [container] = manifest.contributes.viewsContainers.activitybar;
      assert.ok(container);
      await editor.showContainer(container.title);
      await editor.screenshot('package-sidebar');
      const millis = await editor.activationMillis(manifest.displayName);
      console.log(`        activated in ${millis} ms`);
      await editor.screenshot('package-activated');
    } finally {
      await editor.close();
      rmSync(workspace, { recursive: true, force: true });
    }
  });
});
