import { InterceptError } from '@switchyard/contract';
import { leases, type KubeObject, type ResourceType } from '@switchyard/kube';

/** A Deployment, as far as its progress is looked at. */
export interface Deployment extends KubeObject {
  readonly spec?: { readonly replicas?: number };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly availableReplicas?: number;
  };
}

/** A resource definition, as far as its progress is looked at. */
export interface ResourceDefinition extends KubeObject {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** A pod, as far as it says why it does not start. */
export interface StartingPod extends KubeObject {
  readonly status?: {
    readonly containerStatuses?: readonly {
      readonly state?: { readonly waiting?: { readonly reason?: string; readonly message?: string } };
    }[];
  };
}

/** The manager and the watchdog. */
export const deployments: ResourceType<Deployment> = {
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  plural: 'deployments',
  namespaced: true,
};

/** Our own resource types, as the API server defines them. */
export const resourceDefinitions: ResourceType<ResourceDefinition> = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  namespaced: false,
};

/** What a Deployment starts. */
export const startingPods: ResourceType<StartingPod> = { group: '', version: 'v1', kind: 'Pod', plural: 'pods', namespaced: true };

const admission = { group: 'admissionregistration.k8s.io', version: 'v1', namespaced: false } as const;
const rbac = { group: 'rbac.authorization.k8s.io', version: 'v1' } as const;

/** Every kind that our manifests have. */
const known: readonly ResourceType[] = [
  resourceDefinitions,
  { ...admission, kind: 'ValidatingAdmissionPolicy', plural: 'validatingadmissionpolicies' },
  { ...admission, kind: 'ValidatingAdmissionPolicyBinding', plural: 'validatingadmissionpolicybindings' },
  { ...rbac, kind: 'ClusterRole', plural: 'clusterroles', namespaced: false },
  { ...rbac, kind: 'Role', plural: 'roles', namespaced: true },
  { ...rbac, kind: 'RoleBinding', plural: 'rolebindings', namespaced: true },
  { group: '', version: 'v1', kind: 'ServiceAccount', plural: 'serviceaccounts', namespaced: true },
  { group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true },
  { group: '', version: 'v1', kind: 'Service', plural: 'services', namespaced: true },
  { group: 'policy', version: 'v1', kind: 'PodDisruptionBudget', plural: 'poddisruptionbudgets', namespaced: true },
  deployments,
  leases,
];

/** The resource type of an object of our manifests. Throws `bad_config` for a kind that they do not have. */
export function findResourceType({ apiVersion, kind }: KubeObject): ResourceType {
  const found = known.find((type) => type.kind === kind && toApiVersion(type) === apiVersion);
  if (found !== undefined) return found;
  throw new InterceptError('bad_config', `The manifests have a ${kind} of ${apiVersion}, which this program does not know.`, {
    hint: 'Install this program anew.',
  });
}

/** The same type, listed in every namespace at once. */
export function inAllNamespaces<T extends KubeObject>(type: ResourceType<T>): ResourceType<T> {
  return { ...type, namespaced: false };
}

function toApiVersion({ group, version }: ResourceType): string {
  return group === '' ? version : `${group}/${version}`;
}
