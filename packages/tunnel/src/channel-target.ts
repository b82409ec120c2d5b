import { toAddress } from './reach.ts';

/** `url` as grpc-js names it. Throws `bad_usage` where it is none of `http:`, `https:` and `unix:`. */
export function toTarget(url: URL): { readonly target: string; readonly secure: boolean } {
  const address = toAddress(url);
  if ('path' in address) return { target: `unix://${address.path}`, secure: false };
  const { host, port } = address;
  return { target: `dns:${host.includes(':') ? `[${host}]` : host}:${port}`, secure: url.protocol === 'https:' };
}
