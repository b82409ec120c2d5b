import { BlockList, isIP } from 'node:net';

/**
 * Networks where the router has no business on anybody's behalf, and what each is. It stands in the namespace with an address and rights of
 * its own, so that whoever makes it dial one of these would be somebody whom others trust.
 */
const networks: readonly (readonly [what: string, networks: readonly string[]])[] = [
  ['a loopback address', ['127.0.0.0/8', '::1/128']],
  ['no address of a machine', ['0.0.0.0/8', '::/128', '192.0.0.0/24']],
  // Of the metadata services of clouds, those that are not link-local: Azure, Alibaba, EC2, Google. Oracle's is in 192.0.0.0/24.
  ['the address of a metadata service', ['168.63.129.16/32', '100.100.100.200/32', 'fd00:ec2::/32', 'fd20:ce::/32']],
  ['a link-local address', ['169.254.0.0/16', 'fe80::/10']],
  ['an address of many machines', ['224.0.0.0/4', '240.0.0.0/4', 'ff00::/8']],
  // Site-local, which no pod has any more, and what leads to an address of IPv4 by another name: compatible, translated, NAT64, Teredo, 6to4.
  [
    'an address that leads elsewhere',
    ['fec0::/10', '::/96', '::ffff:0:0:0/96', '64:ff9b::/96', '64:ff9b:1::/48', '2001::/32', '2002::/16'],
  ],
];

/** IPv4 that is mapped into IPv6 (`::ffff:10.0.0.1`) is judged as what it is: `BlockList` does so. */
const lists = networks.map(([what, members]) => ({ what, list: toList(members) }));

/**
 * What `address` is, where the router dials it for nobody, as the end of a sentence; undefined where other rules decide. What is no IP
 * address, and what has a zone index, is dialled for nobody either.
 */
export function findNeverDialled(address: string): string | undefined {
  const family = toFamily(address);
  if (family === undefined) return 'no address of a machine';
  return lists.find(({ list }) => list.check(address, family))?.what;
}

/** Whether two texts are the same address, however each is written. */
export function isSameAddress(left: string, right: string): boolean {
  const [leftFamily, rightFamily] = [toFamily(left), toFamily(right)];
  if (leftFamily === undefined || rightFamily === undefined) return false;
  const list = new BlockList();
  list.addAddress(left, leftFamily);
  return list.check(right, rightFamily);
}

function toFamily(address: string): 'ipv4' | 'ipv6' | undefined {
  if (address.includes('%')) return undefined;
  const version = isIP(address);
  if (version === 0) return undefined;
  return version === 4 ? 'ipv4' : 'ipv6';
}

function toList(members: readonly string[]): BlockList {
  const list = new BlockList();
  for (const member of members) {
    const [network = '', prefix] = member.split('/');
    list.addSubnet(network, Number(prefix), network.includes(':') ? 'ipv6' : 'ipv4');
  }
  return list;
}
