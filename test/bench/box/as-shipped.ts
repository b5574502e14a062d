/** ssh2 without its native parts, as the product ships it. To be imported before ssh2. */
const native = 'ssh2/lib/protocol/crypto/build/Release/sshcrypto.node';

// Where npm did not build them there is nothing to leave out.
for (const path of findable(native)) require.cache[path] = emptyModule(path);

function findable(name: string): string[] {
  try {
    return [require.resolve(name)];
  } catch {
    return [];
  }
}

/** ssh2 takes what has no content for a build that failed. */
function emptyModule(id: string): NodeJS.Module {
  return Object.assign(Object.create(module) as NodeJS.Module, { id, filename: id, loaded: true, exports: undefined });
}
