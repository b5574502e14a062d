/** A job leaves artifacts with names that are meant to do harm, and the box adds one that leads out: they are fetched. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Shell } from '../../../src/core/ports/shell';
import { pythonJob } from '../../support/box-job';
import { openBox, withWorld, type World } from '../../support/box-world';
import type { Conditions, Figures, Scenario } from '../scenario';

const names = [
  '-rf',
  '$(touch pwned)',
  '`touch pwned`',
  'a\nb',
  '; rm -r .',
  'é ☃ \u202e',
  '..hidden',
  '*',
  '"\'\\',
  ' ',
];
/** A byte that is no UTF-8, and how it is called on this machine. */
const noText = { python: "b'no-text-\\xff'", here: 'no-text-%ff' };
/** The box says that this one leads out. */
const innocent = 'leads-out-of-it';
const leadingOut = '../pwned';

const program = `
import json, os
os.chdir("../artifacts")
for name in ${JSON.stringify(names)}:
    os.mkdir("in " + name)
    for path in (name, "in " + name + "/" + name):
        open(path, "w").write("harmless")
open(${noText.python}, "w").write("harmless")
open("${innocent}", "w").write("harmless")
os.symlink("/etc/passwd", "link")
os.symlink("/etc", "folder-link")
`;
const expected = [...names, ...names.map((name) => `in ${name}/${name}`), noText.here].sort();
const skipped = [leadingOut, 'folder-link', 'link'];

export const hostileNames: Scenario = {
  name: 'hostile artifact names',
  what: 'Newlines, options, command substitutions, no UTF-8, links, and a box that says `../`: nothing is written outside, all is told. Noticed: all is fetched.',
  limitSeconds: 60,
  run: ({ signal }) => withWorld((world) => fetchThem(world, signal)),
};

async function fetchThem(world: World, signal: Conditions['signal']): Promise<Figures> {
  const box = await openBox(world, lying);
  const job = pythonJob(program);
  await box.submit(job, signal);
  let state = '';
  for await (const update of box.follow(job.id, {}, signal)) if (update.type === 'status') state = update.status.state;
  const target = join(world.folder, 'around', 'fetched');
  const began = Date.now();
  const report = await box.fetch(job.id, [], target, { signal });
  const noticedMs = Date.now() - began;
  await box.close();
  const here = await filesBelow(target);
  const lost = expected.filter((path) => !here.includes(path));
  const told = report.skipped.map(({ path }) => path).sort();
  const around = await readdir(join(world.folder, 'around'));
  const broken = [
    ...here.filter((path) => !expected.includes(path)).map((path) => `${JSON.stringify(path)} was made up`),
    ...(around.length === 1 ? [] : [`outside of the folder lies ${around.join(', ')}`]),
    ...(String(told) === String(skipped) ? [] : [`told as skipped: ${JSON.stringify(told)}`]),
  ];
  return {
    faults: expected.length + skipped.length,
    jobsLost: 0,
    bytesLost: lost.length * 'harmless'.length,
    bytesDoubled: 0,
    state,
    expectedState: 'finished',
    secondsToNotice: Math.round(noticedMs / 10) / 100,
    broken,
  };
}

/** As a box would that was taken over. */
function lying(shell: Shell): Shell {
  return {
    name: shell.name,
    exec: (command, options) => shell.exec(command, options),
    close: () => shell.close(),
    async *stream(command, options) {
      for await (const chunk of shell.stream(command, options))
        yield Buffer.from(Buffer.from(chunk).toString('latin1').replaceAll(innocent, leadingOut), 'latin1');
    },
  };
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  for (const file of files) if ((await readFile(file, 'utf8')) !== 'harmless') throw new Error(`${file} is another.`);
  return files.map((file) => file.slice(folder.length + 1)).sort();
}
