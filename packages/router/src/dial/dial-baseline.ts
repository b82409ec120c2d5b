import { InterceptError, type Pipe } from '@switchyard/contract';
import type { PortContext } from '../port-context.ts';

/** Opens a connection to the baseline on behalf of one client. Rejects as `Dialer.dial` does. */
export type DialBaseline = (signal: AbortSignal) => Promise<Pipe>;

/**
 * Dials the baseline that a port has now for the client at an IP address; it is empty when the client is gone. Rejects as `Dialer.dial`
 * does; with `upstream_unreachable` when nothing is ready.
 */
export async function dialBaseline(
  { service, port, baseline, dialer }: Pick<PortContext, 'service' | 'port' | 'baseline' | 'dialer'>,
  clientAddress: string,
  signal: AbortSignal,
): Promise<Pipe> {
  if (typeof baseline === 'function' && clientAddress === '') throw new InterceptError('canceled', 'The client went away.');
  const address = typeof baseline === 'function' ? baseline(clientAddress) : baseline;
  if (address === undefined) throw new InterceptError('upstream_unreachable', `No ready pod is behind the port ${port} of ${service}.`);
  return dialer.dial({ t: 'baseline', host: address.host, port: address.port }, signal);
}
