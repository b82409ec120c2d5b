import { InterceptError } from '@switchyard/contract';
import {
  intercepts,
  isRouter,
  managerName,
  pods,
  routedServices,
  services,
  shadowLabel,
  type DeleteOptions,
  type Intercept,
  type KubeClient,
  type KubeObject,
  type ResourceType,
} from '@switchyard/kube';
import { findTakeovers, restoreService, type TakeoverDeps, type Takeovers } from '@switchyard/takeover';
import { deployments } from './resource-types.ts';

/** Something that is there and serves nobody. */
export interface Leftover {
  readonly what: 'Service' | 'shadow Service' | 'RoutedService' | 'Intercept';
  readonly name: string;
  /** Why nobody needs it, as a clause. */
  readonly why: string;
  /** Which object it is; none of a Service, which is not deleted but given back. */
  readonly object: Pick<DeleteOptions, 'uid' | 'resourceVersion'> | undefined;
}

/** What a namespace has. */
export interface Remains {
  readonly takeovers: Takeovers;
  readonly intercepts: readonly Intercept[];
  readonly now: Date;
}

/**
 * What is left in the namespace of `client`. Undefined where a manager is there, or about to come: what it handles is none of ours, and it
 * cleans up itself.
 */
export async function inspectRemains(
  deps: TakeoverDeps & { readonly client: KubeClient },
  signal: AbortSignal,
): Promise<Remains | undefined> {
  const { client, clock } = deps;
  const [manager, { items: all }] = await Promise.all([client.get(deployments, managerName, { signal }), client.list(pods, { signal })]);
  if (manager !== undefined || all.some((pod) => isRouter(pod) && !isOver(pod.status?.phase))) return undefined;
  const [takeovers, wanted] = await Promise.all([findTakeovers(deps, signal), client.list(intercepts, { signal })]);
  return { takeovers, intercepts: wanted.items, now: clock.date() };
}

/** Each thing that nobody needs, in the order in which it can go: callers first. */
export function findLeftovers({ takeovers: { held, shadows, routed }, intercepts: wanted, now }: Remains): readonly Leftover[] {
  return [
    ...[...held].toSorted().map((name): Leftover => ({
      what: 'Service',
      name,
      why: 'no router is there for its traffic, or for the note on it',
      object: undefined,
    })),
    ...shadows.map((shadow) =>
      toLeftover('shadow Service', shadow, `it stands in for ${shadow.metadata.labels?.[shadowLabel]}, which no router leads to`),
    ),
    ...routed.map((record) => toLeftover('RoutedService', record, `no manager routes ${record.metadata.name}`)),
    ...wanted.map((intercept) => toLeftover('Intercept', intercept, toReason(intercept, now))),
  ];
}

function toReason({ status, spec: { owner } }: Intercept, now: Date): string {
  const expiresAt = new Date(status?.expiresAt ?? Number.NaN);
  return expiresAt < now ? `that of ${owner.user} expired at ${expiresAt.toISOString()}` : `no manager serves that of ${owner.user}`;
}

function toLeftover(what: Leftover['what'], { metadata: { name, uid, resourceVersion } }: KubeObject, why: string): Leftover {
  // What a manager has written into an intercept meanwhile says that it is one of its own by now.
  return { what, name, why, object: what === 'Intercept' ? { uid, resourceVersion } : { uid } };
}

/**
 * Gives the Service back, or deletes the object, that one alone, and an Intercept only as it was. Rejects with `service_unsupported` where no
 * record says what the Service was, `cluster_conflict` for an Intercept that has changed, and as the client does.
 */
export async function removeLeftover(deps: TakeoverDeps, { what, name, object }: Leftover, signal: AbortSignal): Promise<void> {
  if (what === 'Service') {
    const { t } = await restoreService(deps, name, signal);
    if (t !== 'stranded') return;
    throw new InterceptError('service_unsupported', `${name} selects the routers, and no record says what it selected before.`, {
      hint: `Apply the manifest of ${name} again.`,
    });
  }
  const types: Readonly<Record<typeof what, ResourceType>> = {
    'shadow Service': services,
    RoutedService: routedServices,
    Intercept: intercepts,
  };
  await deps.client.delete(types[what], name, { ...object, signal });
}

/** A pod that has ended is no manager. */
function isOver(phase: string | undefined): boolean {
  return phase === 'Succeeded' || phase === 'Failed';
}
