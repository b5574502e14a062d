/** A box that can serve models: a stand-in for nvidia-smi with GPUs, the environment `serve` with a stand-in for vLLM, models. */
import { execFile } from 'node:child_process';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { EnvironmentSet } from '../../src/core/experiments/bench';
import type { BoxShell } from '../../src/core/ports/shell';

const repository = resolve(__dirname, '../..');
const python = async (program: string, ...args: string[]): Promise<string> => {
  const { stdout } = await promisify(execFile)('python3', ['-c', program, ...args], {
    env: { ...process.env, PYTHONPATH: join(repository, 'box') },
  });
  return stdout.trim();
};

/** Answers what the real one is asked, of idle GPUs. In sh, since it is asked very often. */
const smi = (gpus: number) => `#!/bin/sh
case "$1" in --query-gpu=*) ;; *) exit 0 ;; esac
index=0
while [ $index -lt ${gpus} ]; do
  line=
  for field in $(echo "\${1#*=}" | tr , ' '); do
    case $field in
      index) value=$index ;;
      uuid) value=GPU-$index ;;
      name) value='NVIDIA H100' ;;
      memory.total) value=81559 ;;
      utilization.gpu|memory.used) value=0 ;;
      *) value='[N/A]' ;;
    esac
    line="$line, $value"
  done
  echo "\${line#, }"
  index=$((index + 1))
done
`;
const environment = `
import json, sys
from ml_intern_box import environment, interpreters
set = json.loads(sys.argv[1])
print(sys.executable)
print(environment.environment_hash(set["name"], set["requirements"], set["constraints"], interpreters.find(set.get("python"), None, "serve").version, "cuda"))
`;

export interface Behaviour {
  /** Its last words, before it listens. */
  fails?: string;
  /** After so many answers, so many times. */
  diesAfter?: number;
  times?: number;
}

export interface ServingBox {
  root: string;
  /** What comes before every command on it. */
  prefix: string;
  /** Absolute. */
  model(name: string, behaviour?: Behaviour): Promise<string>;
  /** How often the server of a model did something. */
  count(model: string, what: 'started'): Promise<number>;
}

export async function servingBox(folder: string, set: EnvironmentSet, gpus = 1): Promise<ServingBox> {
  const root = join(folder, 'root');
  await mkdir(join(folder, 'smi'), { recursive: true });
  await writeFile(join(folder, 'smi/nvidia-smi'), smi(gpus), { mode: 0o755 });
  const [interpreter = '', hash = ''] = (await python(environment, JSON.stringify(set))).split('\n');
  const built = join(root, 'envs', hash);
  await mkdir(join(built, 'bin'), { recursive: true });
  await symlink(interpreter, join(built, 'bin/python'));
  const vllm = join(repository, 'test/fixtures/serving/vllm.py');
  await writeFile(join(built, 'bin/vllm'), `#!/bin/sh\nexec '${built}/bin/python' '${vllm}' "$@"\n`, { mode: 0o755 });
  await writeFile(join(built, 'packages.txt'), 'vllm==1\n');
  await writeFile(join(built, 'ready.json'), '{}');
  return {
    root,
    prefix: `export PATH='${folder}/smi':"$PATH" ML_INTERN_GPU_LOCKS='${folder}/locks'; unset CUDA_VISIBLE_DEVICES;`,
    model: async (name, behaviour = {}) => {
      const path = join(folder, 'models', name);
      await mkdir(path, { recursive: true });
      await writeFile(join(path, 'config.json'), '{}');
      await writeFile(join(path, 'model.bin'), 'weights');
      await writeFile(join(path, 'behaviour.json'), JSON.stringify(behaviour));
      return path;
    },
    count: async (model, what) => (await readFile(join(model, what), 'utf8').catch(() => '')).length,
  };
}

/** The shell with the box's surroundings. */
export function surrounded(shell: BoxShell, prefix: string): BoxShell {
  return {
    name: shell.name,
    exec: (command, options) => shell.exec(`${prefix} ${command}`, options),
    stream: (command, options) => shell.stream(`${prefix} ${command}`, options),
    upload: (...args) => shell.upload(...args),
    download: (...args) => shell.download(...args),
    tunnel: (...args) => shell.tunnel(...args),
    close: () => shell.close(),
  };
}
