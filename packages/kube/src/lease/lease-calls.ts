import { InterceptError, toLimitValues, type Clock } from '@switchyard/contract';
import type { KubeClient } from '../client.ts';
import { createDeadline } from '../http/deadline.ts';
import { kubeLimits } from '../limits.ts';
import { leases, type Lease } from '../resources/core.ts';
import { toLease, type LeaseSpec } from './lease-record.ts';

/**
 * The calls about one lease. Each has a deadline of its own, as one that hangs must not cost the lease, and is never cut short by its
 * caller.
 */
export interface LeaseCalls {
  get(): Promise<Lease | undefined>;
  create(spec: LeaseSpec): Promise<Lease>;
  /** Changes fields of the spec, null removes one; `cluster_conflict` where the lease is no longer as it was seen. */
  write(seen: Lease, spec: object): Promise<Lease>;
}

/** The calls about the lease `name` of the client's namespace. */
export function createLeaseCalls(clock: Clock, client: KubeClient, name: string): LeaseCalls {
  const { leaseCallMs } = toLimitValues(kubeLimits);
  const toLate = (): InterceptError =>
    new InterceptError('cluster_unavailable', `The Kubernetes API server did not answer about the lease ${name} in time.`);

  const call = async <T>(ask: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    using deadline = createDeadline(clock, leaseCallMs, undefined, toLate);
    return await ask(deadline.signal);
  };
  return {
    get: () => call((signal) => client.get(leases, name, { signal })),
    create: (spec) => call((signal) => client.create(leases, toLease(name, spec), { signal })),
    write: ({ metadata: { uid, resourceVersion } }, spec) => {
      const change = { metadata: { uid, resourceVersion }, spec };
      return call((signal) => client.patch(leases, name, { t: 'merge', change }, { signal }));
    },
  };
}
