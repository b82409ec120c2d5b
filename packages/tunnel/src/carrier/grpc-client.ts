import { Client, credentials, logVerbosity, setLogVerbosity, type ChannelCredentials, type ChannelOptions } from '@grpc/grpc-js';
import type { Access } from '../connect/access.ts';
import { toAddress, toHostPort } from '../connect/address.ts';

/**
 * A gRPC client of the manager at `url`; it connects with its first call. Throws `bad_usage` as `toAddress`, `findProxy` and
 * `Access.secureContext` do.
 */
export function createGrpcClient(url: URL, access: Access, options: ChannelOptions): Client {
  // The library writes failures to standard error that its callers are told anyway.
  setLogVerbosity(logVerbosity.NONE);
  const address = toAddress(url);
  if ('path' in address) return new Client(`unix://${address.path}`, credentials.createInsecure(), options);
  const target = `dns:${toHostPort(address)}`;
  const proxy = access.proxyFor(url);
  if (proxy === undefined) return new Client(target, toCredentials(url, access), options);
  return new Client(`dns:${proxy.name}`, toCredentials(url, access), {
    ...options,
    'grpc.http_connect_target': target,
    ...(proxy.credentials === undefined ? {} : { 'grpc.http_connect_creds': proxy.credentials }),
    'grpc.default_authority': toHostPort(address),
  });
}

function toCredentials(url: URL, access: Access): ChannelCredentials {
  return url.protocol === 'https:' ? credentials.createFromSecureContext(access.secureContext()) : credentials.createInsecure();
}
