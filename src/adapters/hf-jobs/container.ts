/** What the Hub is asked to run: a container that unpacks the box package and one job, and tells all in its log. */
import { deflateSync } from 'node:zlib';
import { MlInternError } from '../../core/errors';
import type { JobRequest } from '../../core/ports/box';
import { labelNames } from './shapes';

export interface ContainerSettings {
  flavor: string;
  image: string;
  /** Bucket that keeps environments, models and jobs, `owner/name`. */
  volume: string;
  mountPath: string;
  packageFiles: Readonly<Record<string, string>>;
}

const payloadName = 'ML_INTERN_PAYLOAD';
/** One variable of a process may hold 128 KiB. */
const pieceLength = 96 * 1024;
const mostPieces = 4;
/** The container's own start and the grace at the end are not the job's time. */
const marginSeconds = 900;

/** Must run in any image that has Python 3.8: the package is unpacked beside the job, not on the volume. */
const start = `
import base64, json, os, sys, tempfile, zlib
packed = "".join(os.environ.pop(name) for name in sorted(os.environ) if name.startswith("${payloadName}_"))
payload = json.loads(zlib.decompress(base64.b64decode(packed)).decode())
folder = tempfile.mkdtemp(prefix="ml-intern-")
for path, text in payload["package"].items():
    full = os.path.join(folder, path)
    os.makedirs(os.path.dirname(full), exist_ok=True)
    with open(full, "w", encoding="utf-8") as file:
        file.write(text)
sys.path.insert(0, folder)
from ml_intern_box.container import main
sys.exit(main(payload["root"], payload["request"], payload["secrets"]))
`;

export function containerOf(request: JobRequest, settings: ContainerSettings): Record<string, unknown> {
  const { flavor, image, volume, mountPath } = settings;
  const [large] = Object.keys(request.onDisk ?? {});
  if (large !== undefined) throw cannotTravel(request.id, large);
  return {
    flavor,
    dockerImage: image,
    command: ['python3', '-u', '-c', start],
    arguments: [],
    environment: Object.fromEntries(payloadPieces(request, settings)),
    secrets: request.secrets ?? {},
    timeoutSeconds: request.content.capSeconds + marginSeconds,
    attempts: 1,
    labels: labelsOf(request),
    volumes: [{ type: 'bucket', source: volume, mountPath, readOnly: false }],
  };
}

export function labelsOf(request: JobRequest): Record<string, string> {
  return {
    [labelNames.ours]: 'job',
    [labelNames.id]: request.id,
    [labelNames.run]: request.run,
    [labelNames.kind]: request.kind,
    [labelNames.hash]: request.approvedHash.slice(0, 40),
  };
}

/** Secrets are named here and given apart: what is in the environment can be read by whoever may look at the job. */
function payloadPieces(request: JobRequest, settings: ContainerSettings): [string, string][] {
  const { files, secrets, ...spec } = request;
  const encoded = Object.entries(files).map(([path, content]) => [path, Buffer.from(content).toString('base64')]);
  const payload = {
    package: settings.packageFiles,
    root: settings.mountPath,
    request: { spec: { v: 1, ...spec }, files: Object.fromEntries(encoded) as Record<string, string> },
    secrets: Object.keys(secrets ?? {}),
  };
  const packed = deflateSync(JSON.stringify(payload), { level: 9 }).toString('base64');
  if (packed.length > pieceLength * mostPieces) throw tooLarge(request.id, packed.length);
  const count = Math.ceil(packed.length / pieceLength);
  return Array.from({ length: count }, (_, piece) => [
    `${payloadName}_${piece}`,
    packed.slice(piece * pieceLength, (piece + 1) * pieceLength),
  ]);
}

/** What a job is told travels in its environment; a file of any size does not. */
function cannotTravel(id: string, path: string): MlInternError {
  return new MlInternError(
    'bad-input',
    `The job ${id} needs the file ${path} of this machine, and HF Jobs takes no files.`,
    { next: 'Put the data into a dataset on the Hub and use it by name, or use a box over SSH.' },
  );
}

function tooLarge(id: string, length: number): MlInternError {
  const size = `${Math.round(length / 1024)} KiB packed, of ${(pieceLength * mostPieces) / 1024}`;
  return new MlInternError('bad-input', `The files of job ${id} are too large to be sent to HF Jobs (${size}).`, {
    next: 'Put large data into a dataset on the Hub and load it by name, or use a box over SSH.',
  });
}
