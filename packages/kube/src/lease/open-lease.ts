import { InterceptError, toLimitValues, type Clock, type Code, type Log } from '@switchyard/contract';
import { sleep } from '@switchyard/runtime';
import type { KubeClient } from '../client.ts';
import { kubeLimits } from '../limits.ts';
import type { Lease } from '../resources/core.ts';
import { createLeadership } from './leadership.ts';
import { createLeaseCalls } from './lease-calls.ts';
import { isLeaseFree, seeLease, toMicroTime, toLeaseTaken, type LeaseSight } from './lease-record.ts';

/** What a lease needs from its process. */
export interface LeaseDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly client: KubeClient;
}

/** Which lease, and who wants it. */
export interface LeaseOptions {
  readonly name: string;
  /** Unique among all that want it: who finds the lease held by this name takes it at once. */
  readonly identity: string;
  /** Called at each change. When it is called with false, others may lead soon: nothing may be written any more. */
  onChange(leading: boolean): void;
}

/** Somebody who leads, or waits for it. Disposing releases. */
export interface LeaseHolder extends AsyncDisposable {
  /** To be asked right before each write. */
  readonly leading: boolean;
  /** Of the lease when it was last seen: at most `leaseRenewMs` ago, while the API server answers. Undefined: there was none, or it was not seen yet. */
  readonly annotations: Readonly<Record<string, string>> | undefined;
  /** Stops leading and lets others lead at once. Never rejects: a lease that cannot be given back expires. */
  release(): Promise<void>;
}

/** A write was decided on what is no longer there. */
const overtaken: ReadonlySet<Code> = new Set(['cluster_conflict', 'cluster_not_found']);

/**
 * Wants a lease of the client's namespace from now on, until it is released.
 *
 * That there are never two leaders, as long as nobody deletes the object or edits it by hand, rests on three things. Every write names the
 * resourceVersion that it was decided on: of two who want the lease one gets it. Who wants it waits until it saw the same record for the
 * whole duration by its own monotonic clock, and nobody sees a record before it was written. Who leads counts the duration from before it
 * sent its last renewal, and steps down earlier by a margin, for clocks of unlike speed. So wall clocks may say anything.
 */
export function openLease({ clock, log, client }: LeaseDeps, { name, identity, onChange }: LeaseOptions): LeaseHolder {
  const { leaseMs, leaseRenewMs } = toLimitValues(kubeLimits);
  const calls = createLeaseCalls(clock, client, name);
  const closing = new AbortController();
  let sight: LeaseSight | undefined;
  /** Of the last attempt, if it failed: what goes on failing alike is not worth a line every two seconds. */
  let trouble: string | undefined;
  const leadership = createLeadership(clock, (leading, reason) => {
    log.info(leading ? 'lease_taken' : 'lease_left', { lease: name, identity, reason });
    onChange(leading);
  });

  const see = (lease: Lease | undefined): void => {
    sight = lease === undefined ? undefined : seeLease(sight, lease, clock.now());
  };
  const isOurs = (): boolean => sight?.lease.spec.holderIdentity === identity;
  const look = async (): Promise<void> => {
    see(await calls.get());
    if (!isOurs()) leadership.stop(sight === undefined ? 'missing' : 'taken_by_another');
  };

  const attempt = async (): Promise<void> => {
    // A leader renews what it saw last: where somebody else wrote meanwhile, if only an annotation, the server says so.
    const { leading } = leadership;
    if (!leading) await look();
    if (closing.signal.aborted) return;
    const sentMs = clock.now();
    const date = clock.date();
    if (sight === undefined) see(await calls.create(toLeaseTaken(undefined, identity, leaseMs, date)));
    else if (leading) see(await calls.write(sight.lease, { renewTime: toMicroTime(date) }));
    else if (isLeaseFree(sight, identity, sentMs, leaseMs))
      see(await calls.write(sight.lease, toLeaseTaken(sight.lease.spec, identity, leaseMs, date)));
    else return;
    if (!closing.signal.aborted) leadership.extend(sentMs);
  };

  const run = async (): Promise<void> => {
    const { signal } = closing;
    while (!signal.aborted) {
      try {
        await attempt();
        trouble = undefined;
      } catch (error) {
        const { code, message } = InterceptError.from(error);
        const { leading } = leadership;
        const isExpected = overtaken.has(code) || trouble === code;
        log[isExpected ? 'debug' : 'warn'](sight === undefined ? 'lease_missing' : 'lease_attempt_failed', {
          lease: name,
          code,
          reason: message,
        });
        if (leading && overtaken.has(code)) await look().catch(() => {});
        trouble = code;
      }
      await sleep(clock, leaseRenewMs, signal).catch(() => {});
    }
  };

  const giveBack = async (): Promise<void> => {
    leadership.stop('released');
    closing.abort();
    // What was under way may have changed the lease, or taken it.
    await running;
    if (sight === undefined || !isOurs()) return;
    try {
      await calls.write(sight.lease, { holderIdentity: null });
    } catch (error) {
      log.warn('lease_not_given_back', { lease: name }, error);
    }
  };

  const running = run();
  let released: Promise<void> | undefined;
  const release = (): Promise<void> => (released ??= giveBack());
  return {
    get leading() {
      return leadership.leading;
    },
    get annotations() {
      return sight && (sight.lease.metadata.annotations ?? {});
    },
    release,
    [Symbol.asyncDispose]: release,
  };
}
