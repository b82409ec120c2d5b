import { isDeepStrictEqual } from 'node:util';
import type { Clock, Log } from '@switchyard/contract';
import { InterceptError } from '@switchyard/contract';
import {
  fieldManager,
  managedByLabel,
  routedServices,
  services,
  toShadowName,
  type Collection,
  type KubeClient,
  type RoutedService,
  type RoutedServiceStatus,
  type Service,
} from '@switchyard/kube';
import { ensureShadow, restoreService, takeService } from '@switchyard/takeover';
import type { Observation, Step } from './observation.ts';

/** What steps work on. What a write answers goes into the collections, so that nobody decides on what was before it. */
export interface ActDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly client: KubeClient;
  readonly services: Collection<Service>;
  readonly routedServices: Collection<RoutedService>;
}

/** Does one step for the service `name`. Rejects as `KubeClient` does; a `cluster_conflict` means that somebody else wrote meanwhile. */
export async function act(deps: ActDeps, name: string, step: Step, observation: Observation, signal: AbortSignal): Promise<void> {
  const { client } = deps;
  const { routed, plan, service } = observation;
  switch (step.t) {
    case 'rest':
      return;
    case 'create-routed-service': {
      const object = {
        apiVersion: 'switchyard.dev/v1alpha1',
        kind: 'RoutedService',
        metadata: { name, labels: managedByLabel },
        spec: step.spec,
      };
      deps.routedServices.learn(await client.create(routedServices, object, { fieldManager, signal }));
      return;
    }
    case 'write-spec':
      return await change(deps, routed, { path: '/spec', value: step.spec }, undefined, signal);
    case 'write-status':
      return await writeStatus(deps, routed, step.status, signal);
    case 'put-shadow':
      if (service === undefined || plan.original === undefined) return;
      deps.services.learn(await ensureShadow(deps, service, plan.original, signal));
      return;
    case 'take':
      return await take(deps, name, observation, signal);
    case 'give-back': {
      const result = await restoreService(deps, name, signal);
      if (result.t === 'restored') deps.services.learn(result.service);
      return;
    }
    case 'delete-shadow':
      await client.delete(services, toShadowName(name), { uid: observation.shadow?.metadata.uid, signal });
      return;
    case 'delete-routed-service':
      await client.delete(routedServices, name, { uid: routed?.metadata.uid, resourceVersion: routed?.metadata.resourceVersion, signal });
  }
}

async function take(deps: ActDeps, name: string, { plan }: Observation, signal: AbortSignal): Promise<void> {
  if (plan.original === undefined) return;
  const result = await takeService(deps, name, plan.original, signal);
  if (result.t === 'outdated' || result.t === 'impossible') throw new InterceptError('cluster_conflict', `${name} was changed meanwhile.`);
  deps.services.learn(result.service);
  deps.routedServices.learn(result.routed);
}

/** Writes the whole status of `routed`, unless somebody else wrote the object meanwhile. */
export async function writeStatus(
  deps: ActDeps,
  routed: RoutedService | undefined,
  status: RoutedServiceStatus,
  signal: AbortSignal,
): Promise<void> {
  await change(deps, routed, { path: '/status', value: status }, 'status', signal);
}

/** Puts `value` in the place of a part of the object, unless somebody else wrote the object meanwhile. */
async function change(
  deps: ActDeps,
  routed: RoutedService | undefined,
  { path, value }: { readonly path: string; readonly value: object },
  subresource: 'status' | undefined,
  signal: AbortSignal,
): Promise<void> {
  if (routed === undefined) return;
  const { name, resourceVersion } = routed.metadata;
  const operations = [
    { op: 'test', path: '/metadata/resourceVersion', value: resourceVersion },
    { op: 'add', path, value },
  ] as const;
  const written = await deps.client.patch(routedServices, name, { t: 'json', operations }, { subresource, fieldManager, signal });
  deps.routedServices.learn(written);
  // A schema that drops what it does not know would have us write the same for ever.
  const kept = subresource === 'status' ? written.status : written.spec;
  if (!isDeepStrictEqual(kept, value))
    throw new InterceptError('cluster_refused', `The API server did not keep ${path} of RoutedService ${name} as it was written.`);
}
