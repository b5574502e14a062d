/** Puts the box package on the box, in one command: it lies under its own hash, so versions never mix and nothing is overwritten. */
import { MlInternError } from '../errors';
import { contentHash } from '../hash';
import type { Shell } from '../ports/shell';
import { quoteFolder } from './quote';
import { bootstrapAnswer, parseAnswer, parseError } from './schema';

export interface Bootstrapped {
  /** Absolute, on the box. */
  package: string;
  root: string;
}

const noPython = 86;

/** Unpacks beside the final name and renames: a half-written package is never used. Must not contain a single quote. */
const unpack = `
import errno, json, os, shutil, sys
if sys.version_info < (3, 8):
    print(json.dumps({"error": {"reason": "box-no-python", "message": "The box has Python %d.%d; ML Intern needs 3.8 or newer." % sys.version_info[:2], "next": "Install a newer python3 on the box, or put one first on its PATH."}}))
    sys.exit(1)
try:
    root = os.path.realpath(sys.argv[1])
    target = os.path.join(root, "box", sys.argv[2])
    os.makedirs(os.path.dirname(target), exist_ok=True)
    owner = os.stat(os.path.dirname(target)).st_uid
    if owner != os.geteuid():
        print(json.dumps({"error": {"reason": "bad-input", "message": "The folder %s on the box belongs to another user (id %d): what lies there is neither run nor read." % (root, owner), "next": "Choose a folder of your own on the box (editor: mlIntern.box.root; command line: --box-root)."}}))
        sys.exit(1)
    if not os.path.isdir(target):
        new = "%s.%d.tmp" % (target, os.getpid())
        shutil.rmtree(new, ignore_errors=True)
        for path, text in json.load(sys.stdin).items():
            full = os.path.join(new, path)
            os.makedirs(os.path.dirname(full), exist_ok=True)
            with open(full, "w", encoding="utf-8") as file:
                file.write(text)
        try:
            os.rename(new, target)
        except OSError:
            shutil.rmtree(new, ignore_errors=True)
            if not os.path.isdir(target):
                raise
    print(json.dumps({"package": target, "root": root}))
except OSError as error:
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    print(json.dumps({"error": {
        "reason": "box-disk-full" if full else "box-command",
        "message": "The box has no space left under %s." % sys.argv[1] if full else "The box package could not be written: %s." % error,
        "next": "Free some space on the box, then try again." if full else "Choose another folder on the box, or give yourself the right to write to this one.",
    }}))
    sys.exit(1)
`;

export async function bootstrap(
  shell: Shell,
  root: string,
  files: Readonly<Record<string, string>>,
): Promise<Bootstrapped> {
  const command = `command -v python3 >/dev/null 2>&1 || exit ${noPython}; python3 -I -c '${unpack}' ${quoteFolder(root)} ${contentHash({ ...files })}`;
  const result = await shell.exec(command, { stdin: JSON.stringify(files) });
  const answer = result.code === 0 ? parseAnswer(bootstrapAnswer, result.stdout) : undefined;
  if (answer !== undefined) return answer;
  throw parseError(result.stdout) ?? failure(shell.name, result.code, result.stderr);
}

function failure(box: string, code: number, stderr: string): MlInternError {
  // 127: a version manager's stand-in for python3 is on the PATH, but there is no Python behind it.
  if (code === noPython || code === 127) {
    return new MlInternError('box-no-python', `There is no python3 on the box ${box}.`, {
      next: 'Install Python 3.8 or newer there (on Debian and Ubuntu: sudo apt-get install -y python3 python3-venv), then try again.',
    });
  }
  return new MlInternError('box-command', `The box ${box} could not be prepared: ${lastLine(stderr, code)}`, {
    next: 'Run `python3 --version` on the box and mend what it says.',
  });
}

export function lastLine(stderr: string, code: number): string {
  const line = stderr.trim().split('\n').at(-1)?.trim().slice(0, 500);
  return line ? line : `exit code ${code}.`;
}
