/** Any object of the API, as the fake server keeps it: `spec`, `status` and so on are whatever was written. */
export interface FakeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: FakeMeta;
}

/** `metadata`, as far as the server itself reads or writes it. */
export interface FakeMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** An object whose further fields are looked at. */
export type OpenObject = FakeObject & Readonly<Record<string, unknown>>;

/** Which resource type an object is of. */
export interface FakeType {
  /** Empty for the core group. */
  readonly group: string;
  readonly plural: string;
}

/** Where an object stands. */
export interface FakePlace extends FakeType {
  /** Undefined for objects of the cluster. */
  readonly namespace: string | undefined;
  readonly name: string;
}

const clusterScoped: ReadonlySet<string> = new Set([
  'Namespace',
  'Node',
  'ClusterRole',
  'ClusterRoleBinding',
  'CustomResourceDefinition',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
]);

/** Where `object` belongs; without a namespace of its own in `namespace`. */
export function toPlace(object: FakeObject, namespace: string): FakePlace {
  const slash = object.apiVersion.indexOf('/');
  return {
    group: slash < 0 ? '' : object.apiVersion.slice(0, slash),
    plural: toPlural(object.kind),
    namespace: clusterScoped.has(object.kind) ? undefined : (object.metadata.namespace ?? namespace),
    name: object.metadata.name,
  };
}

function toPlural(kind: string): string {
  const singular = kind.toLowerCase();
  if (singular.endsWith('y')) return `${singular.slice(0, -1)}ies`;
  return singular.endsWith('s') ? `${singular}es` : `${singular}s`;
}

/** Whether types of `group` are custom: their objects have a generation, and name their kind in lists. */
export function isCustom(group: string): boolean {
  return group.includes('.') && !group.endsWith('.k8s.io');
}
