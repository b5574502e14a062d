/** The must-never-import table (see README, "How it works"): one rule a line, checked by `npm run lint`. */
const forbid = (name, from, to) => ({ name, severity: 'error', from, to });
module.exports = {
  forbidden: [
    forbid(
      'core-knows-no-outside',
      { path: '^src/core' },
      {
        path: '^(vscode$|src/(adapters|vscode|practice|app)/|node_modules/(ssh2|@huggingface)/)|node_modules/@types/vscode',
      },
    ),
    forbid(
      'core-has-no-node',
      { path: '^src/core' },
      { dependencyTypes: ['core'], pathNot: '^(node:)?(crypto|path|path/posix)$' },
    ),
    forbid(
      'only-core-agent-knows-langchain',
      { path: '^(src|webview-ui)/', pathNot: '^src/core/agent/' },
      { path: 'node_modules/(langchain|@langchain)/' },
    ),
    forbid(
      'adapters-know-no-editor',
      { path: '^src/adapters' },
      { path: '^(vscode$|src/(vscode|app|practice)/)|node_modules/@types/vscode' },
    ),
    forbid(
      'adapters-know-no-other-adapter',
      { path: '^src/adapters/([^/]+)/' },
      { path: '^src/adapters/', pathNot: '^src/adapters/$1/' },
    ),
    forbid('adapters-never-reach-the-agent', { path: '^src/adapters' }, { path: '^src/core/agent/' }),
    forbid(
      'vscode-folder-knows-no-sdk',
      { path: '^src/vscode' },
      { path: '^src/(adapters|practice)/|node_modules/(ssh2|@huggingface|langchain|@langchain)/' },
    ),
    forbid(
      'only-vscode-folder-imports-vscode',
      { path: '^src/', pathNot: '^src/(vscode/|extension\\.ts$)' },
      { path: '^vscode$|node_modules/@types/vscode' },
    ),
    forbid(
      'webview-knows-only-the-protocol',
      { path: '^webview-ui/' },
      { path: '^src/', pathNot: '^src/core/protocol/' },
    ),
    forbid(
      'protocol-knows-only-zod',
      { path: '^src/core/protocol' },
      { path: '^src/', pathNot: '^src/core/protocol/' },
    ),
    forbid(
      'only-one-file-imports-the-toolkit',
      { path: '^webview-ui/', pathNot: '^webview-ui/src/toolkit\\.ts$' },
      { path: 'node_modules/@vscode/webview-ui-toolkit' },
    ),
    forbid('nothing-imports-an-entry', { path: '^(src|webview-ui)/' }, { path: '^src/(extension|cli)\\.ts$' }),
    forbid('nothing-imports-a-test', { path: '^(src|webview-ui)/' }, { path: '^test/' }),
    forbid('no-cycles', {}, { circular: true }),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default'] },
  },
};
