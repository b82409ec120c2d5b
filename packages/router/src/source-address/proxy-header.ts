import { isIPv4, isIPv6 } from 'node:net';
import type { ConnectionEnds } from './connection-ends.ts';

const signature = Buffer.from('0d0a0d0a000d0a515549540a', 'hex');
/** Version 2, on behalf of somebody else. */
const proxied = 0x21;
const tcpOverIPv4 = 0x11;
const tcpOverIPv6 = 0x21;

/**
 * The header of the PROXY protocol, version 2 (section 2.2), that tells a server the ends of its client's connection. Hosts are IP
 * addresses; where one is of IPv6 and the other is not, that one is written as it is mapped into IPv6.
 */
export function createProxyHeader({ client, router }: ConnectionEnds): Buffer {
  const isV4 = isIPv4(client.host) && isIPv4(router.host);
  const toBytes = isV4 ? toBytesOfIPv4 : toBytesOfIPv6;
  const addresses = [...toBytes(client.host), ...toBytes(router.host)];
  const header = Buffer.alloc(signature.length + 4 + addresses.length + 4);
  header.set(signature);
  let at = signature.length;
  at = header.writeUInt8(proxied, at);
  at = header.writeUInt8(isV4 ? tcpOverIPv4 : tcpOverIPv6, at);
  at = header.writeUInt16BE(addresses.length + 4, at);
  header.set(addresses, at);
  at = header.writeUInt16BE(client.port, at + addresses.length);
  header.writeUInt16BE(router.port, at);
  return header;
}

function toBytesOfIPv4(address: string): readonly number[] {
  return address.split('.').map(Number);
}

function toBytesOfIPv6(address: string): readonly number[] {
  const [left = [], right] = toWhole(address).split('::').map(toBytesOfGroups);
  if (right === undefined) return left;
  return [...left, ...Array.from({ length: 16 - left.length - right.length }, () => 0), ...right];
}

function toWhole(address: string): string {
  return isIPv6(address) ? address.replace(/%.*$/, '') : `::ffff:${address}`;
}

/** @param groups groups of hexadecimal digits, the last one perhaps an IPv4 address */
function toBytesOfGroups(groups: string): readonly number[] {
  if (groups === '') return [];
  return groups.split(':').flatMap((group) => {
    if (group.includes('.')) return toBytesOfIPv4(group);
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}
