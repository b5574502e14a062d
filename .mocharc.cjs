const chosen = process.env.MOCHA_SPEC;

module.exports = {
  require: ['tsx/cjs'],
  extension: ['ts'],
  spec: chosen ?? [
    'test/core/**/*.test.ts',
    'test/adapters/**/*.test.ts',
    'test/practice/**/*.test.ts',
    'test/vscode/**/*.test.ts',
    'test/webview/**/*.test.ts',
    'test/app/**/*.test.ts',
    'test/cli/**/*.test.ts',
    'test/security/**/*.test.ts',
  ],
  // The unit tests keep to folders and ports of their own; a browser, an editor or a cluster is there once and takes its tests one by one.
  ...(chosen === undefined ? { parallel: true, jobs: 2 } : {}),
  timeout: 60_000,
};
