import { BlockList, isIP } from 'node:net';
import { InterceptError } from '@switchyard/contract';

/** Where a manager is: a host and a port, or a socket on this machine. */
export type ManagerAddress = { readonly host: string; readonly port: number } | { readonly path: string };

/** Where `url` points. Throws `bad_usage` where it is none of `http:`, `https:` and `unix:`. */
export function toAddress(url: URL): ManagerAddress {
  if (url.protocol === 'unix:' && url.host === '' && url.pathname.startsWith('/')) return { path: decodeURIComponent(url.pathname) };
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new InterceptError('bad_usage', `"${url.href}" is no address of a manager: it begins with http://, https:// or unix:///.`);
  }
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  return { host: url.hostname.replace(/^\[(.*)\]$/, '$1'), port };
}

/** `HOST:PORT`, an IPv6 host in brackets. */
export function toHostPort({ host, port }: { readonly host: string; readonly port: number }): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** `url` without what is not needed to know where it points. */
export function toShown(url: URL): string {
  return url.protocol === 'unix:' ? url.href : url.origin;
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Whether `host`, a name or an address without brackets, is this machine's own. */
export function isLoopback(host: string): boolean {
  const plain = host.toLowerCase();
  if (isIP(plain) === 0) return plain === 'localhost' || plain.endsWith('.localhost');
  return loopback.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4');
}
