import {
  drainAnnotation,
  intercepts,
  leases,
  managerName,
  readDrain,
  routedServices,
  toDrainText,
  type Drain,
  type Intercept,
  type KubeClient,
} from '@switchyard/kube';
import { managerNotInstalled } from '../control/cluster/explaining-client.ts';

/** What a drain is about. */
export interface Drained {
  /** What ends, by name: those that are accepted. Others are refused from then on, and stay. */
  readonly intercepts: readonly Intercept[];
  /** Services whose traffic passes through the routers, by name. */
  readonly services: readonly string[];
  /** What was asked for before. */
  readonly before: Drain | undefined;
}

/** What a drain would be about. Rejects with `manager_not_installed`. */
export async function inspectDrain(client: KubeClient): Promise<Drained> {
  const [lease, wanted, routed] = await Promise.all([
    client.get(leases, managerName),
    client.list(intercepts),
    client.list(routedServices),
  ]);
  if (lease === undefined) throw managerNotInstalled(client.namespace);
  return {
    intercepts: wanted.items.filter(isAccepted).toSorted((left, right) => (left.metadata.name < right.metadata.name ? -1 : 1)),
    services: routed.items.map(({ metadata }) => metadata.name).toSorted(),
    before: readDrain(lease.metadata.annotations ?? {}),
  };
}

/** Asks the manager for a drain; undefined: for its end. With `dryRun` only whether that would be allowed. */
export async function writeDrain(client: KubeClient, drain: Drain | undefined, dryRun: boolean): Promise<void> {
  const change = { metadata: { annotations: { [drainAnnotation]: drain === undefined ? null : toDrainText(drain) } } };
  await client.patch(leases, managerName, { t: 'merge', change }, { dryRun });
}

function isAccepted({ status }: Intercept): boolean {
  return status?.conditions?.some(({ type, status: word }) => type === 'Accepted' && word === 'True') ?? false;
}
