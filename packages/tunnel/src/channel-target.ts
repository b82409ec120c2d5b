import { toAddress } from './reach.ts';

/** `url` as grpc-js names it. Throws `bad_usage` where it is neither `http:` nor `https:`. */
export function toTarget(url: URL): { readonly target: string; readonly secure: boolean } {
  const { host, port } = toAddress(url);
  return { target: `dns:${host.includes(':') ? `[${host}]` : host}:${port}`, secure: url.protocol === 'https:' };
}
