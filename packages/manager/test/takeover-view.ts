// What tests look at of a takeover of the Service `orders`.
import { originalAnnotation, routerSelector, toShadowName, type Service } from '@switchyard/kube';
import type { TestCluster } from './cluster.ts';

/** The Service that leads to the pods of `orders`. */
export const shadow: string = toShadowName('orders');

/** Whether callers of `orders` reach the routers. */
export function isTaken({ service }: TestCluster): boolean {
  const { metadata, spec } = service() ?? {};
  return metadata?.annotations?.[originalAnnotation] !== undefined && JSON.stringify(spec?.selector) === JSON.stringify(routerSelector);
}

/** Why `orders` is routed, or not. */
export function reasonOf({ routed }: TestCluster): string | undefined {
  return routed()?.status?.conditions?.find(({ type }) => type === 'Ready')?.reason;
}

/** Whether `orders` is taken over, and said to be. */
export function isRouted(cluster: TestCluster): boolean {
  return isTaken(cluster) && reasonOf(cluster) === 'Routed';
}

/** What its owner wrote, without what the API server adds. */
export function toWish(service: Service | undefined): unknown {
  const { selector, ports } = service?.spec ?? {};
  return { selector, targets: ports?.map(({ targetPort }) => targetPort), annotations: service?.metadata.annotations };
}

/** `orders` as its owner wants it. */
export const wish: unknown = { selector: { app: 'orders' }, targets: ['web', 9090], annotations: { note: 'kept' } };
