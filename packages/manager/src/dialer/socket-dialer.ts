import { toLimitValues, type Clock, type Dialer, type Metrics } from '@switchyard/contract';
import { dialSocket, routerLimits } from '@switchyard/router';
import type { ManagerLimits } from '../limits.ts';
import type { InterceptSource } from '../registry/ports.ts';
import { createTargetDialer } from './target-dialer.ts';

/** A `Dialer` that opens real sockets, and pipes through the sessions of `intercepts`. */
export function createSocketDialer(
  { clock, metrics }: { readonly clock: Clock; readonly metrics: Metrics },
  intercepts: InterceptSource,
  limits: Pick<ManagerLimits, 'holdMs' | 'heldPerIntercept'>,
): Dialer {
  const { dialTimeoutMs: timeoutMs } = toLimitValues(routerLimits);
  return createTargetDialer(
    { clock, metrics, intercepts, dialSocket: (address, signal) => dialSocket(address, { clock, timeoutMs, signal }) },
    limits,
  );
}
