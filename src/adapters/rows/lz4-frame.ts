/** LZ4 frames, as Feather files hold them (LZ4 frame format 1.6; checksums are skipped). */

export function lz4Frame(input: Uint8Array): Uint8Array {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  if (view.getUint32(0, true) !== 0x184d2204) throw new Error('it is no LZ4 frame');
  const flags = input[4] ?? 0;
  let at = 7 + (flags & 8 ? 8 : 0) + (flags & 1 ? 4 : 0);
  const out = new Output();
  for (let size = view.getUint32(at, true); size !== 0; size = view.getUint32(at, true)) {
    const length = size & 0x7fffffff;
    const block = input.subarray(at + 4, at + 4 + length);
    if (size >>> 31) out.append(block);
    else readBlock(block, out);
    at += 4 + length + (flags & 16 ? 4 : 0);
  }
  return out.bytes();
}

/** Blocks may point back into earlier ones, so all of them share one output. */
class Output {
  private buffer = new Uint8Array(64 * 1024);
  length = 0;

  append(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.buffer.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** Byte by byte: the source may reach into what is being written. */
  repeat(distance: number, count: number): void {
    if (distance === 0 || distance > this.length) throw new Error('an LZ4 block points outside of its data');
    this.reserve(count);
    for (let done = 0; done < count; done++) {
      this.buffer[this.length] = this.buffer[this.length - distance] ?? 0;
      this.length++;
    }
  }

  bytes(): Uint8Array {
    return this.buffer.subarray(0, this.length);
  }

  private reserve(more: number): void {
    if (this.length + more <= this.buffer.length) return;
    const larger = new Uint8Array(Math.max(this.buffer.length * 2, this.length + more));
    larger.set(this.buffer.subarray(0, this.length));
    this.buffer = larger;
  }
}

function readBlock(block: Uint8Array, out: Output): void {
  let at = 0;
  const lengthFrom = (start: number): number => {
    let length = start;
    for (let more = 255; start === 15 && more === 255; length += more) more = block[at++] ?? 0;
    return length;
  };
  while (at < block.length) {
    const token = block[at++] ?? 0;
    const literals = lengthFrom(token >> 4);
    out.append(block.subarray(at, at + literals));
    at += literals;
    if (at >= block.length) return;
    const distance = (block[at] ?? 0) | ((block[at + 1] ?? 0) << 8);
    at += 2;
    out.repeat(distance, lengthFrom(token & 15) + 4);
  }
}
