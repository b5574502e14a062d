/** Bytes for people. */

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** In the unit that keeps them short: 1536 as 1.5 KiB. */
export function sizeText(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[power] ?? ''}`;
}
