import type { Clock } from '@switchyard/contract';
import type { LeaseHolder } from '@switchyard/kube';
import { routerLimits, type Router } from '@switchyard/router';
import type { TunnelServer } from '@switchyard/tunnel';
import { fixedManagerLimits, type ManagerLimits } from '../limits.ts';
import type { InterceptKeeper } from './intercepts/intercept-keeper.ts';
import type { Collections } from './open-collections.ts';
import { untilMoved } from './until-moved.ts';
import { untilSucceeded } from './until-succeeded.ts';

/** What stops, in the order in which it does. */
export interface DrainDeps {
  readonly clock: Clock;
  readonly collections: Pick<Collections, 'pods' | 'intercepts'>;
  /** The pod of this manager. */
  readonly identity: string;
  readonly services: Disposable;
  readonly lease: Pick<LeaseHolder, 'release'>;
  readonly keeper: Pick<InterceptKeeper, 'retire'>;
  readonly tunnel: Pick<TunnelServer, 'drain'>;
  readonly router: Pick<Router, 'drain' | 'ports'>;
  readonly ports: Disposable;
  /** From now on the manager says that it is not ready. */
  readonly beUnready: () => void;
}

/**
 * Lets a manager of a namespace stop without harm to anybody: another one leads and takes the sessions over, exchanges come to their end, at
 * most for the configured grace, and callers go elsewhere before nothing is accepted any more.
 */
export async function drainManager(deps: DrainDeps, { drainGraceMs }: Pick<ManagerLimits, 'drainGraceMs'>): Promise<void> {
  const { clock, collections, identity, services, lease, keeper, tunnel, router, ports, beUnready } = deps;
  // Another manager may lead at once; what is under way here would only disturb it.
  services[Symbol.dispose]();
  void lease.release();
  // Its sessions go over to the next manager, which says where they are.
  keeper.retire();
  tunnel.drain();
  // Whoever comes next may have an image to pull: until then callers have nobody else.
  const mostMs = Math.min(fixedManagerLimits.successorMs.value, drainGraceMs);
  if (router.ports().length > 0) await untilSucceeded({ clock, pods: collections.pods }, mostMs);
  // kube-proxy sends to a pod that stops, and is ready, where no other one is: for whatever service, those that the next leader takes over
  // meanwhile among them. It has to know better before nothing is accepted any more.
  const acceptMs = routerLimits.drainAcceptMs.value;
  const timers = [
    clock.after(acceptMs - fixedManagerLimits.drainUnreadyMs.value, beUnready),
    clock.after(acceptMs, () => ports[Symbol.dispose]()),
  ];
  // Sessions that cannot come through at once, as everybody goes over, are carried on here meanwhile.
  await Promise.all([router.drain(drainGraceMs), untilMoved({ clock, ...collections }, identity, drainGraceMs)]);
  for (const timer of timers) timer.cancel();
  beUnready();
  await lease.release();
}
