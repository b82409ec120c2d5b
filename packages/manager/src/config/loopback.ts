import { isIPv4 } from 'node:net';

/** Whether only this machine reaches `host`. */
export function isLoopback(host: string): boolean {
  const plain = host.toLowerCase();
  return plain === 'localhost' || plain === '::1' || (isIPv4(plain) && plain.startsWith('127.'));
}
