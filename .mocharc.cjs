module.exports = {
  require: ['tsx/cjs'],
  extension: ['ts'],
  spec: process.env.MOCHA_SPEC ?? [
    'test/core/**/*.test.ts',
    'test/adapters/**/*.test.ts',
    'test/practice/**/*.test.ts',
    'test/vscode/**/*.test.ts',
    'test/webview/**/*.test.ts',
    'test/app/**/*.test.ts',
    'test/cli/**/*.test.ts',
  ],
  timeout: 60_000,
};
