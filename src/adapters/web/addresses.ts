/** Which addresses of the network a page may come from: public ones. What is on this machine or in its network is not for pages. */
import { BlockList, isIP } from 'node:net';

/** Apart: one list would take every IPv4 address for one that is carried inside IPv6. */
const closed = { ipv4: new BlockList(), ipv6: new BlockList() };
const v4: [string, number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
];
/** Among them those that carry an IPv4 address inside: mapped, translated, tunnelled. */
const v6: [string, number][] = [
  ['::', 96],
  ['::ffff:0:0', 96],
  ['64:ff9b::', 32],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
  ['5f00::', 16],
  ['fc00::', 7],
  ['fe80::', 9],
  ['ff00::', 8],
];
for (const [net, prefix] of v4) closed.ipv4.addSubnet(net, prefix, 'ipv4');
for (const [net, prefix] of v6) closed.ipv6.addSubnet(net, prefix, 'ipv6');

/** An address that is not one is not public. */
export function isPublic(address: string): boolean {
  const family = isIP(address);
  if (family === 0) return false;
  return family === 6 ? !closed.ipv6.check(address, 'ipv6') : !closed.ipv4.check(address, 'ipv4');
}
