// Objects of a cluster, as the tests of the manager want them.
import type { Condition, Intercept, NetworkPolicy, Pod, RoutedService, Service } from '@switchyard/kube';

export const startDate = '2030-01-01T00:00:00Z';

/** An Intercept of `owner` named `id`; its agent's key is `key of OWNER` unless `spec` says another. */
export function createIntercept(
  id: string,
  owner: string,
  changes: {
    readonly createdAt?: string;
    readonly uid?: string;
    readonly spec?: Partial<Intercept['spec']>;
    readonly status?: Intercept['status'];
  } = {},
): Intercept {
  const [service = '', port = '', key = ''] = id.split('.');
  const { createdAt = startDate, uid = `uid-${id}`, spec, status } = changes;
  return {
    apiVersion: 'switchyard.dev/v1alpha1',
    kind: 'Intercept',
    metadata: { name: id, uid, creationTimestamp: createdAt, generation: 1 },
    spec: { service, port, key, owner: { user: owner }, client: `${owner}s-laptop`, publicKey: toKey(owner), ...spec },
    ...(status === undefined ? {} : { status }),
  };
}

/** The public key of an agent of `owner`. */
export function toKey(owner: string): string {
  return Buffer.from(`key of ${owner}`.padEnd(32)).toString('base64');
}

export function createService(name: string, changes: Partial<Service['spec']> = {}): Service {
  const ports = [{ name: 'http', port: 80, targetPort: 8080 }];
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: { clusterIP: '10.96.0.1', selector: { app: name }, ports, ...changes },
  };
}

/** The record of a takeover of `service` that is done, changed by `status`. */
export function createRouted(service: string, status: RoutedService['status'] = {}): RoutedService {
  return {
    apiVersion: 'switchyard.dev/v1alpha1',
    kind: 'RoutedService',
    metadata: { name: service },
    spec: { ports: [{ name: 'http', port: 80, routerPort: 10_000, protocol: 'auto' }], shadow: 'swy-0' },
    status: { phase: 'Routed', routedSince: startDate, conditions: [createCondition('Ready', 'True', 'Routed')], ...status },
  };
}

export function createCondition<Type extends string, Reason extends string>(
  type: Type,
  status: 'True' | 'False',
  reason: Reason,
  message = `${reason}.`,
  lastTransitionTime: string = startDate,
): Condition<Type, Reason> {
  return { type, status, reason, message, lastTransitionTime };
}

export function createPod(
  name: string,
  podIP: string,
  changes: { readonly labels?: Readonly<Record<string, string>>; readonly stopping?: boolean } = {},
): Pod {
  const { labels = {}, stopping = false } = changes;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels, ...(stopping ? { deletionTimestamp: startDate } : {}) },
    spec: {},
    status: { phase: 'Running', podIP },
  };
}

/** A pod of another manager. */
export function createManagerPod(name: string, podIP: string, stopping = false): Pod {
  return createPod(name, podIP, { labels: { 'switchyard.dev/router': 'true' }, stopping });
}

/** The same, where the cluster sends callers to it. */
export function createReadyManagerPod(name: string, podIP: string): Pod {
  const pod = createManagerPod(name, podIP);
  return { ...pod, status: { ...pod.status, conditions: [{ type: 'Ready', status: 'True' }] } };
}

export function createPolicy(name: string, app: string): NetworkPolicy {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name },
    spec: { podSelector: { matchLabels: { app } }, policyTypes: ['Ingress'] },
  };
}

/** Objects by name. */
export function byName<T extends { readonly metadata: { readonly name: string } }>(...objects: readonly T[]): ReadonlyMap<string, T> {
  return new Map(objects.map((object) => [object.metadata.name, object]));
}
