import { isIPv4 } from 'node:net';

const mappedPrefix = '::ffff:';

/** The IP address of a socket's end; empty where it is gone. IPv4 as such: a socket of both families shows it mapped into IPv6. */
export function toPlainAddress(address: string | undefined): string {
  const plain = address?.startsWith(mappedPrefix) === true ? address.slice(mappedPrefix.length) : '';
  return isIPv4(plain) ? plain : (address ?? '');
}
