import { sleep } from '@switchyard/runtime';
import type { TakeoverDeps } from '../execute/deps.ts';
import { takeoverLimits } from '../limits.ts';
import { restoreAll } from './restore-all.ts';
import { countReadyRouters, findTakeovers } from './takeovers.ts';

/** What a look at a namespace shows. */
export interface Look {
  readonly readyRouters: number;
  /** Services that are not their owners' now, or of which something of ours is left. */
  readonly held: number;
}

/** Since when Services lead to routers of which none is Ready, on the clock's monotonic scale. Undefined: they do not. */
export type DeadSince = number | undefined;

/** Since when the namespace is dead after `look`. */
export function judgeLook(deadSince: DeadSince, look: Look, nowMs: number): DeadSince {
  return look.readyRouters > 0 || look.held === 0 ? undefined : (deadSince ?? nowMs);
}

/** Whether the Services are to be given back now. */
export function mustRestore(deadSince: DeadSince, nowMs: number): boolean {
  return deadSince !== undefined && nowMs - deadSince >= takeoverLimits.routersAbsentMs.value;
}

/**
 * Watches over the client's namespace until `signal` is aborted: when Services lead to the routers and none was Ready for
 * `routersAbsentMs`, gives all of them back. A manager that comes back later takes over anew what is wanted.
 */
export async function watchOverNamespace(deps: TakeoverDeps, signal: AbortSignal): Promise<void> {
  let deadSince: DeadSince;
  while (!signal.aborted) {
    const look = await lookAt(deps, signal);
    // An API server that cannot be asked says nothing new: what was dead before may still be.
    if (look !== undefined) {
      deadSince = judgeLook(deadSince, look, deps.clock.now());
      if (mustRestore(deadSince, deps.clock.now())) await tryToRestore(deps, signal);
    }
    await sleep(deps.clock, takeoverLimits.watchEveryMs.value, signal).catch(() => {});
  }
}

async function lookAt(deps: TakeoverDeps, signal: AbortSignal): Promise<Look | undefined> {
  try {
    const readyRouters = await countReadyRouters(deps, signal);
    // While a router lives, nobody asks how many Services it serves.
    return { readyRouters, held: readyRouters > 0 ? 0 : (await findTakeovers(deps, signal)).names.size };
  } catch (error) {
    if (!signal.aborted) deps.log.warn('watch_failed', {}, error);
    return undefined;
  }
}

async function tryToRestore(deps: TakeoverDeps, signal: AbortSignal): Promise<void> {
  try {
    const releases = await restoreAll(deps, signal);
    const failed = releases.filter(({ t }) => t === 'failed').length;
    deps.log.warn('services_restored_without_routers', { services: releases.length, failed });
  } catch (error) {
    if (!signal.aborted) deps.log.error('restore_failed', {}, error);
  }
}
