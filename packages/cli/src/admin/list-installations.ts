import { intercepts, managerName, routedServices, type KubeClient, type KubeObject, type ResourceType } from '@switchyard/kube';
import { InterceptError } from '@switchyard/contract';
import { deployments, inAllNamespaces, type Deployment } from './resource-types.ts';

/** A namespace where something of ours is. */
export interface Installation {
  readonly namespace: string;
  /** Of the manager; undefined where none is, only what one left behind. */
  readonly version: string | undefined;
  readonly ready: boolean;
  readonly routedServices: number;
  readonly intercepts: number;
}

/** Every namespace that has a manager, or services that are still taken over, by name. */
export async function listInstallations(client: KubeClient): Promise<readonly Installation[]> {
  const [managers, routed, wanted] = await Promise.all([
    client.list(inAllNamespaces(deployments), { fieldSelector: `metadata.name=${managerName}` }),
    listIfKnown(client, routedServices),
    listIfKnown(client, intercepts),
  ]);
  const byNamespace = new Map(managers.items.map((each) => [each.metadata.namespace ?? '', each]));
  const namespaces = new Set([...byNamespace.keys(), ...routed.map(toNamespace)]);
  return [...namespaces].toSorted().map((namespace) => {
    const manager = byNamespace.get(namespace);
    return {
      namespace,
      version: manager === undefined ? undefined : toVersion(manager),
      ready: (manager?.status?.availableReplicas ?? 0) > 0,
      routedServices: routed.filter((each) => toNamespace(each) === namespace).length,
      intercepts: wanted.filter((each) => toNamespace(each) === namespace).length,
    };
  });
}

/** Empty where the cluster's part is not installed. */
async function listIfKnown(client: KubeClient, type: ResourceType): Promise<readonly KubeObject[]> {
  try {
    return (await client.list(inAllNamespaces(type))).items;
  } catch (reason) {
    if (reason instanceof InterceptError && reason.code === 'manager_not_installed') return [];
    throw reason;
  }
}

function toNamespace({ metadata }: KubeObject): string {
  return metadata.namespace ?? '';
}

function toVersion({ metadata }: Deployment): string {
  return metadata.labels?.['app.kubernetes.io/version'] ?? 'unknown';
}
