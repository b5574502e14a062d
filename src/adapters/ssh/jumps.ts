/** ProxyJump: the hosts on the way to a host, each found by the same rules as the host itself. */
import { MlInternError } from '../../core/errors';

export interface Hop<T> {
  /** As the configuration calls it. */
  name: string;
  destination: T;
}

const mostHops = 8;

/** Of several hosts in one ProxyJump only the first is reached by a ProxyJump of its own. */
export async function resolveJumps<T extends { proxyJump: string | undefined }>(
  host: string,
  proxyJump: string | undefined,
  resolve: (hop: string, isFirst: boolean) => Promise<T>,
): Promise<Hop<T>[]> {
  const hops: Hop<T>[] = [];
  const seen = [host];
  for (let wanted = proxyJump; wanted !== undefined;) {
    const names = wanted.split(',').map((name) => name.trim());
    if (names.some((name) => seen.includes(name))) throw refusal(host, [...seen, ...names], 'goes in a circle');
    seen.push(...names);
    if (hops.length + names.length > mostHops) throw refusal(host, seen, `has more than ${mostHops} jump hosts`);
    const found = await Promise.all(names.map((name, i) => resolve(name, i === 0)));
    hops.unshift(...found.map((destination, i) => ({ name: names[i] ?? '', destination })));
    wanted = found[0]?.proxyJump;
  }
  return hops;
}

function refusal(host: string, seen: readonly string[], why: string): MlInternError {
  return new MlInternError('bad-input', `The way to the host ${host} ${why} (${seen.join(' via ')}).`, {
    next: 'Mend ProxyJump in ~/.ssh/config: give the first jump host `ProxyJump none`, then try again.',
  });
}
