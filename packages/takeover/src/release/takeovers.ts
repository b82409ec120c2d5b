import { InterceptError } from '@switchyard/contract';
import {
  isReadyRouter,
  originalAnnotation,
  pods,
  routedServices,
  routerSelector,
  services,
  shadowLabel,
  toShadowName,
  type KubeObject,
  type ResourceType,
  type RoutedService,
  type Service,
} from '@switchyard/kube';
import type { TakeoverDeps } from '../execute/deps.ts';
import { selectsRouters } from '../plan/original.ts';
import { isOwnService } from '../plan/refusal.ts';

/** What is there of takeovers in a namespace. */
export interface Takeovers {
  /** Services that have something of ours, or whose takeover has begun. */
  readonly names: ReadonlySet<string>;
  /** Those of them that are not their owners' now. */
  readonly held: ReadonlySet<string>;
  readonly routed: readonly RoutedService[];
  readonly shadows: readonly Service[];
}

/** Looks with quorum reads. A cluster without our resource types has no RoutedServices. */
export async function findTakeovers({ client }: TakeoverDeps, signal: AbortSignal): Promise<Takeovers> {
  const routed = await listIfKnown({ client }, routedServices, signal);
  const { items } = await client.list(services, { signal });
  const shadows = items.filter(isShadow);
  const held = items.filter((service) => isHeld(service)).map(({ metadata }) => metadata.name);
  const names = [
    ...held,
    ...routed.map(({ metadata }) => metadata.name),
    ...shadows.map(({ metadata }) => metadata.labels?.[shadowLabel] ?? ''),
  ];
  return { names: new Set(names), held: new Set(held), routed, shadows };
}

/** The label alone is no proof: anybody can put it on a Service, and shadows are deleted. */
function isShadow({ metadata }: Service): boolean {
  const service = metadata.labels?.[shadowLabel];
  return service !== undefined && metadata.name === toShadowName(service);
}

function isHeld(service: Service): boolean {
  if (service.metadata.annotations?.[originalAnnotation] !== undefined) return true;
  return selectsRouters(service) && !isOwnService(service);
}

/** How many routers can take connections. */
export async function countReadyRouters({ client }: Pick<TakeoverDeps, 'client'>, signal: AbortSignal): Promise<number> {
  const labelSelector = Object.entries(routerSelector)
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
  const { items } = await client.list(pods, { labelSelector, signal });
  return items.filter(isReadyRouter).length;
}

/** All objects of `type`; none where the cluster does not know the type. */
export async function listIfKnown<T extends KubeObject>(
  { client }: Pick<TakeoverDeps, 'client'>,
  type: ResourceType<T>,
  signal: AbortSignal,
): Promise<readonly T[]> {
  try {
    return (await client.list(type, { signal })).items;
  } catch (error) {
    if (error instanceof InterceptError && error.code === 'cluster_not_found') return [];
    throw error;
  }
}
