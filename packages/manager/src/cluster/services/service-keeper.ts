import { InterceptError, type Metrics } from '@switchyard/contract';
import { findBypassed } from '@switchyard/takeover';
import { act, writeStatus, type ActDeps } from './act.ts';
import { decide } from './decide.ts';
import { listNames, observe, toRefusalContext, type ObserveDeps } from './observe.ts';
import type { Observation, Step } from './observation.ts';
import { ServiceWorker } from './service-worker.ts';
import { toStatus } from './status.ts';

/** What the service keeper works with. */
export interface ServiceKeeperDeps extends ObserveDeps, ActDeps {
  readonly metrics: Metrics;
  /** Whether this manager leads: it alone writes. */
  readonly isLeading: () => boolean;
}

/**
 * Takes Services over and gives them back. Each service is brought, by itself and one step at a time, to what objects and wishes say at
 * that moment: whatever happened before, here or in another manager, what is seen decides. Dispose cancels what is under way and changes
 * nothing.
 */
export interface ServiceKeeper extends Disposable {
  /** Looks again at all services: who leads, what is wanted, or whether to stand down may have changed. */
  wake(): void;
}

/** Opens the service keeper; the collections are synced. */
export function openServiceKeeper(deps: ServiceKeeperDeps): ServiceKeeper {
  const workers = new Map<string, ServiceWorker>();
  const ended = new AbortController();
  const steps = deps.metrics.counter({
    name: 'switchyard_takeover_steps_total',
    help: 'Writes on the way of a service to the routers and back, by what was written and whether it worked.',
    labels: ['step', 'outcome'],
  });
  const routed = (): number =>
    deps.routedServices.objects.values().reduce((sum, { status }) => sum + (status?.phase === 'Routed' ? 1 : 0), 0);
  deps.metrics.gauge({ name: 'switchyard_services_routed', help: 'Services whose traffic passes through the routers.' }, routed);

  const workerDeps = {
    ...deps,
    observe: (name: string) => observe(deps, name),
    decide,
    act: async (name: string, step: Step, observation: Observation): Promise<void> => {
      try {
        await act(deps, name, step, observation, ended.signal);
        steps.add(1, { step: step.t, outcome: 'done' });
        if (step.t === 'take') tellBypass(deps, observation);
      } catch (error) {
        steps.add(1, { step: step.t, outcome: InterceptError.from(error).code });
        throw error;
      }
    },
    tellFailure: (name: string, error: InterceptError) => tellFailure(deps, name, error, ended.signal),
  };
  const wake = (): void => {
    const names = deps.isLeading() ? listNames(deps) : new Set<string>();
    for (const [name, worker] of workers) {
      if (names.has(name) || !worker.isIdle) continue;
      worker[Symbol.dispose]();
      workers.delete(name);
    }
    for (const name of names) if (!workers.has(name)) workers.set(name, new ServiceWorker(name, workerDeps));
    for (const worker of workers.values()) worker.poke();
  };
  const { services, routedServices, endpointSlices, networkPolicies, pods, routers } = deps;
  const stops = [services, routedServices, endpointSlices, networkPolicies, pods, routers].map((source) => source.onChange(wake));
  wake();
  return {
    wake,
    [Symbol.dispose]() {
      for (const stop of stops) stop();
      ended.abort(new InterceptError('canceled', 'The manager is stopping.'));
      for (const worker of workers.values()) worker[Symbol.dispose]();
    },
  };
}

/** A policy allows it, and whoever wrote the NetworkPolicy may not know. */
function tellBypass(deps: ServiceKeeperDeps, { service, routed }: Observation): void {
  const bypassed = service && findBypassed(service, toRefusalContext(deps, service, routed));
  if (bypassed !== undefined)
    deps.log.warn('network_policy_bypassed', { service: service?.metadata.name, networkPolicy: bypassed.metadata.name });
}

/** Says on the object why it does not go on. Where even that fails, the log has it. */
async function tellFailure(deps: ServiceKeeperDeps, name: string, { message }: InterceptError, signal: AbortSignal): Promise<void> {
  const routed = deps.routedServices.get(name);
  const status = routed && toStatus(routed, {}, { Ready: { status: 'False', reason: 'Failing', message } }, deps.clock.date());
  if (status === undefined || !deps.isLeading()) return;
  await writeStatus(deps, routed, status, signal).catch(() => {});
}
