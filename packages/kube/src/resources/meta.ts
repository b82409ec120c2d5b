/** What a resource type is called in the API, and the shape of its objects. */
export interface ResourceType<T extends KubeObject = KubeObject> {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** Lower-case plural, as in paths. */
  readonly plural: string;
  readonly namespaced: boolean;
  /** Carries the shape alone; never set. */
  readonly shape?: T;
}

/** `metadata` as far as this project reads or writes it. */
export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  /** RFC 3339, whole seconds. */
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly managedFields?: readonly ManagedFieldsEntry[];
}

/** Which fields one manager owns. */
export interface ManagedFieldsEntry {
  readonly manager?: string;
  readonly operation?: 'Apply' | 'Update';
  readonly apiVersion?: string;
  readonly time?: string;
  readonly fieldsType?: string;
  /** A tree: `f:NAME`, `k:{KEYS}`, `v:VALUE`; an empty object is a leaf, `.` marks the node itself. */
  readonly fieldsV1?: FieldTree;
  readonly subresource?: string;
}

/** A set of fields as a tree. */
export interface FieldTree {
  readonly [field: string]: FieldTree;
}

/** Any object of the API. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
}

/** A condition as the API conventions define it. `Reason` is a closed set. */
export interface Condition<Type extends string = string, Reason extends string = string> {
  readonly type: Type;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: Reason;
  /** One sentence for people. */
  readonly message: string;
  /** RFC 3339; changes only with `status`. */
  readonly lastTransitionTime: string;
  readonly observedGeneration?: number;
}
