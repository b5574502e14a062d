/** A blob that tells how much of it was read, as it is sent. */
export class CountedBlob extends Blob {
  override readonly size: number;

  constructor(
    private readonly inner: Blob,
    private readonly onBytes: (bytes: number) => void,
  ) {
    super([]);
    this.size = inner.size;
  }

  override stream(): ReturnType<Blob['stream']> {
    const { onBytes } = this;
    const counting = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        onBytes(chunk.length);
        controller.enqueue(chunk);
      },
    });
    return this.inner.stream().pipeThrough(counting);
  }
}
