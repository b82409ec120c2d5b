import { InterceptError, type Pipe } from '@switchyard/contract';
import type { PortContext } from '../port-context.ts';

/** Opens a connection to the baseline on behalf of one client. Rejects as `Dialer.dial` does. */
export type DialBaseline = (signal: AbortSignal) => Promise<Pipe>;

/** A client, as far as its baseline depends on it: a socket is one. */
interface Client {
  /** Undefined when the client is gone. */
  readonly remoteAddress?: string | undefined;
}

/** Dials the baseline that a port has now. Rejects as `Dialer.dial` does; with `upstream_unreachable` when nothing is ready. */
export async function dialBaseline(
  { service, port, baseline, dialer }: Pick<PortContext, 'service' | 'port' | 'baseline' | 'dialer'>,
  client: Client,
  signal: AbortSignal,
): Promise<Pipe> {
  const address = typeof baseline === 'function' ? baseline(toClientAddress(client)) : baseline;
  if (address === undefined) throw new InterceptError('upstream_unreachable', `No ready pod is behind the port ${port} of ${service}.`);
  return dialer.dial({ t: 'baseline', host: address.host, port: address.port }, signal);
}

const mappedPrefix = '::ffff:';

/** IPv4 as such: a listener for both families sees it mapped into IPv6. */
function toClientAddress({ remoteAddress }: Client): string {
  if (remoteAddress === undefined) throw new InterceptError('canceled', 'The client went away.');
  return remoteAddress.startsWith(mappedPrefix) && remoteAddress.includes('.') ? remoteAddress.slice(mappedPrefix.length) : remoteAddress;
}
