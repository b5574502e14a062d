/** Thins a series out while keeping its shape: first and last point, and each bucket's lowest and highest. */

export function decimate<P>(points: readonly P[], most: number, y: (point: P) => number | null): P[] {
  if (points.length <= most) return [...points];
  const buckets = Math.max(1, Math.floor((most - 2) / 2));
  const inner = points.slice(1, -1);
  const kept: P[] = [];
  for (let bucket = 0; bucket < buckets; bucket++) {
    const start = Math.floor((bucket * inner.length) / buckets);
    const end = Math.floor(((bucket + 1) * inner.length) / buckets);
    kept.push(...extremes(inner.slice(start, end), y));
  }
  const [first] = points;
  const last = points.at(-1);
  return [...(first === undefined ? [] : [first]), ...kept, ...(last === undefined ? [] : [last])];
}

function extremes<P>(bucket: readonly P[], y: (point: P) => number | null): P[] {
  let low: { index: number; y: number } | undefined;
  let high: { index: number; y: number } | undefined;
  bucket.forEach((point, index) => {
    const value = y(point);
    if (value === null || !Number.isFinite(value)) return;
    if (low === undefined || value < low.y) low = { index, y: value };
    if (high === undefined || value > high.y) high = { index, y: value };
  });
  const indices = [...new Set([low?.index ?? 0, high?.index ?? 0])].sort((a, b) => a - b);
  return indices.map((index) => bucket[index]).filter((point) => point !== undefined);
}
