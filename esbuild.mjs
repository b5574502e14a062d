/** Bundles the product: thin entries, and heavy parts in files of their own that load on first use. */
import { build, context } from 'esbuild';
import { existsSync, mkdirSync, rmSync, chmodSync } from 'node:fs';

const watch = process.argv.includes('--watch');

/** Source module (as imported, without extension) -> the bundle that holds it. An `import()` of one becomes a require of the other at run time. */
const lazy = {
  'src/app/main': 'app',
  'src/core/agent/agent': 'agent',
  'src/adapters/ssh/all': 'ssh',
  'src/adapters/papers/pdf-text': 'pdf',
  'src/adapters/hf-inference/hf-inference': 'hf-inference',
  'src/practice/main': 'practice',
};

const lazyBundles = {
  name: 'lazy-bundles',
  setup({ onResolve, initialOptions }) {
    const own = Object.keys(initialOptions.entryPoints)[0];
    onResolve({ filter: /^\./ }, ({ path, resolveDir, kind }) => {
      if (kind !== 'dynamic-import') return undefined;
      const target = new URL(path, `file://${resolveDir}/`).pathname;
      const found = Object.keys(lazy).find((module) => target.endsWith(`/${module}`));
      if (!found || lazy[found] === own) return undefined;
      return { path: `./${lazy[found]}.cjs`, external: true };
    });
  },
};

let building = 0;

/** Makes a rebuild visible to VS Code's problem matcher (`npm run watch`): once for all bundles, so that F5 starts with all of them. */
const announce = {
  name: 'announce',
  setup({ onStart, onEnd }) {
    onStart(() => {
      if (building++ === 0) process.stdout.write('[watch] build started\n');
    });
    onEnd(({ errors }) => {
      for (const { text, location } of errors) {
        process.stderr.write(`✘ [ERROR] ${text}\n    ${location?.file}:${location?.line}:${location?.column}:\n`);
      }
      if (--building === 0) process.stdout.write('[watch] build finished\n');
    });
  },
};

const node = (name, source) => ({
  entryPoints: { [name]: source },
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  outExtension: { '.js': '.cjs' },
  external: ['vscode', 'cpu-features', '*.node'],
  plugins: [lazyBundles],
});

const bundles = [
  node('extension', 'src/extension.ts'),
  node('cli', 'src/cli.ts'),
  ...Object.entries(lazy).map(([module, name]) => node(name, `${module}.ts`)),
  { entryPoints: { 'run-panel': 'webview-ui/src/main.ts' }, platform: 'browser', format: 'iife', target: 'es2022' },
  {
    entryPoints: { 'run-panel': 'webview-ui/src/styles.css' },
    loader: { '.ttf': 'copy' },
    assetNames: '[name]',
  },
];

const common = {
  bundle: true,
  outdir: 'out',
  minify: !watch,
  sourcemap: watch,
  logLevel: watch ? 'silent' : 'warning',
  legalComments: 'none',
};

if (!watch) rmSync('out', { recursive: true, force: true });
mkdirSync('out', { recursive: true });
const all = bundles.map((bundle) => ({
  ...common,
  ...bundle,
  plugins: [...(bundle.plugins ?? []), ...(watch ? [announce] : [])],
}));
if (watch) {
  const contexts = await Promise.all(all.map((options) => context(options)));
  await Promise.all(contexts.map((each) => each.watch()));
} else {
  await Promise.all(all.map((options) => build(options)));
}
if (existsSync('out/cli.cjs')) chmodSync('out/cli.cjs', 0o755);
