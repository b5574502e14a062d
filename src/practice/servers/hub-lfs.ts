/** LFS storage of the miniature Hub: whole objects, and large ones in parts, as the real one takes them. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { json, type Handler, type PracticeRequest, type Reply } from './exchange';
import { refusal } from './hub-access';

export interface LfsOptions {
  /** Most that may be stored; absent: no limit. */
  quotaBytes: number | undefined;
  /** What is larger comes in parts of this size; absent: nothing does. */
  partBytes: number | undefined;
}

const batchSchema = z.object({
  operation: z.literal('upload'),
  objects: z.array(z.object({ oid: z.string().regex(/^[0-9a-f]{64}$/), size: z.number() })),
});
const completeSchema = z.object({
  oid: z.string(),
  parts: z.array(z.object({ partNumber: z.number(), etag: z.string() })),
});

export class LfsObjects {
  private readonly objects = new Map<string, Buffer>();
  private readonly parts = new Map<string, Buffer>();

  constructor(private readonly options: LfsOptions) {}

  get(oid: string): Buffer | undefined {
    return this.objects.get(oid);
  }

  batch(request: PracticeRequest): Reply {
    const { objects } = batchSchema.parse(JSON.parse(request.body));
    const missing = objects.filter(({ oid }) => !this.objects.has(oid));
    const held = [...this.objects.values(), ...missing.map(({ size }) => ({ length: size }))];
    if (held.reduce((sum, { length }) => sum + length, 0) > (this.options.quotaBytes ?? Infinity))
      return refusal(403, undefined, 'Private repository storage limit reached, please upgrade your plan.');
    const answers = objects.map((object) =>
      this.objects.has(object.oid) ? object : { ...object, actions: { upload: this.upload(request.self, object) } },
    );
    return json({ transfer: 'basic', objects: answers }, { 'content-type': 'application/vnd.git-lfs+json' });
  }

  private upload(self: string, { oid, size }: { oid: string; size: number }): { href: string; header: object } {
    const { partBytes = Infinity } = this.options;
    const href = `${self}/_lfs/${oid}`;
    if (size <= partBytes) return { href, header: {} };
    const numbers = Array.from({ length: Math.ceil(size / partBytes) }, (_, i) => String(i + 1).padStart(5, '0'));
    const header = Object.fromEntries(numbers.map((number) => [number, `${href}/${number}`]));
    return { href, header: { ...header, chunk_size: String(partBytes) } };
  }

  /** Where objects are sent. The real one is a storage service behind signed addresses, which takes no token. */
  readonly handler: Handler = (request) => {
    const [, oid, part] = /^\/_lfs\/([0-9a-f]{64})(?:\/(\d{5}))?$/.exec(request.path) ?? [];
    if (oid === undefined) return undefined;
    if (request.method === 'POST') return this.complete(request, oid);
    if (request.method !== 'PUT') return undefined;
    return part === undefined
      ? this.store(oid, request.bytes)
      : this.storePart(`${oid} ${Number(part)}`, request.bytes);
  };

  private store(oid: string, bytes: Buffer): Reply {
    if (hash(bytes) !== oid) return json({ error: 'The content does not have this hash.' }, {}, 400);
    this.objects.set(oid, bytes);
    return { status: 200, headers: { etag: `"${oid}"` }, body: '' };
  }

  private storePart(key: string, bytes: Buffer): Reply {
    this.parts.set(key, bytes);
    return { status: 200, headers: { etag: `"${hash(bytes)}"` }, body: '' };
  }

  private complete(request: PracticeRequest, oid: string): Reply {
    const { parts } = completeSchema.parse(JSON.parse(request.body));
    const stored = parts.map(({ partNumber }) => this.parts.get(`${oid} ${partNumber}`) ?? Buffer.alloc(0));
    const wrong = parts.some(({ etag }, index) => etag !== `"${hash(stored[index] ?? Buffer.alloc(0))}"`);
    return wrong ? json({ error: 'A part is missing.' }, {}, 400) : this.store(oid, Buffer.concat(stored));
  }
}

const hash = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
