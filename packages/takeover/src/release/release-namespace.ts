import { leases, managerName } from '@switchyard/kube';
import { sleep } from '@switchyard/runtime';
import type { TakeoverDeps } from '../execute/deps.ts';
import { takeoverLimits } from '../limits.ts';
import { LeaderWatch, standDown } from './lease.ts';
import { clearUp, restoreAll, type ServiceRelease } from './restore-all.ts';
import { findTakeovers, type Takeovers } from './takeovers.ts';

/** What is being done, for people who wait. */
export type ReleaseStep =
  /** The manager was told to give everything back; so many Services are still taken. */
  | { readonly t: 'waiting'; readonly held: number }
  /** All Services are their owners'; open connections come to their end. */
  | { readonly t: 'lingering' }
  /** Nobody does it, so we do. */
  | { readonly t: 'restoring'; readonly why: WhyWithoutManager };

/** Why Services are given back without the manager. */
export type WhyWithoutManager = 'no-leader' | 'stalled' | 'timed-out';

/** How a namespace is released. */
export interface ReleaseOptions {
  /** How long a live manager may take. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly onStep?: (step: ReleaseStep) => void;
}

/** What became of a namespace's Services. */
export interface ReleaseReport {
  /** Who gave the Services back. `nobody`: nothing was taken. */
  readonly by: 'manager' | 'us' | 'nobody';
  /** By name. Complete if none has `failed`. */
  readonly services: readonly ServiceRelease[];
}

/**
 * Gives every Service of the client's namespace back: tells the manager to do it, and does it itself where none lives or the live one does
 * not get on. Leaves no shadow, RoutedService or annotation of a Service that is given back; one that cannot be is named in the report and
 * keeps its record. The Lease stays, with the note that keeps a manager from taking anything again: delete it once the manager is gone.
 * Safe to repeat.
 */
export async function releaseNamespace(deps: TakeoverDeps, options: ReleaseOptions): Promise<ReleaseReport> {
  const { signal } = options;
  await standDown(deps, signal);
  const before = await findTakeovers(deps, signal);
  if (before.names.size === 0) return { by: 'nobody', services: [] };
  const why = await waitForManager(deps, options);
  if (why === undefined) {
    const { held } = await findTakeovers(deps, signal);
    await clearUp(deps, (service) => !held.has(service), signal);
    return { by: 'manager', services: [...before.names].toSorted().map((service) => ({ service, t: 'restored' })) };
  }
  options.onStep?.({ t: 'restoring', why });
  deps.log.info('release_without_manager', { why });
  const mine = await restoreAll(deps, signal);
  const byName = new Map<string, ServiceRelease>([...before.names].map((service) => [service, { service, t: 'restored' }]));
  for (const release of mine) byName.set(release.service, release);
  return { by: 'us', services: [...byName.values()].toSorted((a, b) => (a.service < b.service ? -1 : 1)) };
}

/** Waits while the manager gets on. Undefined when it has given everything back. */
async function waitForManager(deps: TakeoverDeps, { timeoutMs, signal, onStep }: ReleaseOptions): Promise<WhyWithoutManager | undefined> {
  const { clock, client } = deps;
  const leader = new LeaderWatch();
  const startMs = clock.now();
  let seen: { readonly text: string; readonly sinceMs: number } | undefined;
  for (;;) {
    const left = await findTakeovers(deps, signal);
    if (left.names.size === 0) return undefined;
    const lease = await client.get(leases, managerName, { signal });
    const nowMs = clock.now();
    if (!leader.isLed(lease, nowMs)) return 'no-leader';
    const text = toProgress(left);
    if (text !== seen?.text) {
      seen = { text, sinceMs: nowMs };
      onStep?.(left.held.size > 0 ? { t: 'waiting', held: left.held.size } : { t: 'lingering' });
    }
    const patienceMs = left.held.size > 0 ? takeoverLimits.stallMs.value : takeoverLimits.lingerMs.value;
    if (nowMs - seen.sinceMs >= patienceMs) return left.held.size > 0 ? 'stalled' : undefined;
    if (nowMs - startMs >= timeoutMs) return 'timed-out';
    await sleep(clock, takeoverLimits.pollMs.value, signal);
  }
}

function toProgress({ held, routed, shadows }: Takeovers): string {
  return JSON.stringify([[...held].toSorted(), routed.length, shadows.length]);
}
