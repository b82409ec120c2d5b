import { InterceptError, type Pipe } from '@switchyard/contract';
import type { PortContext } from '../port-context.ts';
import type { ConnectionEnds } from '../source-address/connection-ends.ts';
import { createProxyHeader } from '../source-address/proxy-header.ts';

/** Opens a connection to the baseline on behalf of one client. Rejects as `Dialer.dial` does. */
export type DialBaseline = (signal: AbortSignal) => Promise<Pipe>;

/**
 * Dials the baseline that a port has now for the client whose connection has `ends`; where the baseline is to be told of it by the PROXY
 * protocol, that is on its way already. Rejects as `Dialer.dial` does; with `upstream_unreachable` when nothing is ready.
 */
export async function dialBaseline(
  { service, port, baseline, dialer, routing }: Pick<PortContext, 'service' | 'port' | 'baseline' | 'dialer' | 'routing'>,
  ends: ConnectionEnds,
  signal: AbortSignal,
): Promise<Pipe> {
  const { host: clientAddress } = ends.client;
  const tellsEnds = routing.table.sourceAddress === 'proxy-protocol';
  if (clientAddress === '' && (tellsEnds || typeof baseline === 'function')) throw new InterceptError('canceled', 'The client went away.');
  const address = typeof baseline === 'function' ? baseline(clientAddress) : baseline;
  if (address === undefined) throw new InterceptError('upstream_unreachable', `No ready pod is behind the port ${port} of ${service}.`);
  const pipe = await dialer.dial({ t: 'baseline', host: address.host, port: address.port }, signal);
  if (tellsEnds) pipe.write(createProxyHeader(ends));
  return pipe;
}
