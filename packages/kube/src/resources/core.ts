import type { KubeObject, ResourceType } from './meta.ts';

/** A port of a Service. */
export interface ServicePort {
  readonly name?: string;
  /** Default TCP. */
  readonly protocol?: 'TCP' | 'UDP' | 'SCTP';
  readonly appProtocol?: string;
  readonly port: number;
  /** A number, or the name of a container's port. */
  readonly targetPort?: number | string;
  readonly nodePort?: number;
}

/** A Service, as far as a takeover looks at it. */
export interface Service extends KubeObject {
  readonly spec: {
    readonly type?: 'ClusterIP' | 'NodePort' | 'LoadBalancer' | 'ExternalName';
    readonly clusterIP?: string;
    readonly selector?: Readonly<Record<string, string>>;
    readonly ports?: readonly ServicePort[];
    readonly sessionAffinity?: 'None' | 'ClientIP';
    readonly internalTrafficPolicy?: 'Cluster' | 'Local';
    readonly externalTrafficPolicy?: 'Cluster' | 'Local';
    readonly publishNotReadyAddresses?: boolean;
    readonly ipFamilyPolicy?: string;
    readonly ipFamilies?: readonly string[];
  };
}

/** The endpoints behind a Service; a Service may have several slices. */
export interface EndpointSlice extends KubeObject {
  readonly addressType: 'IPv4' | 'IPv6' | 'FQDN';
  /** Null where there are none. */
  readonly endpoints?:
    | readonly {
        readonly addresses: readonly string[];
        readonly conditions?: { readonly ready?: boolean; readonly serving?: boolean; readonly terminating?: boolean };
        readonly targetRef?: { readonly kind?: string; readonly name?: string; readonly uid?: string };
      }[]
    | null;
  readonly ports?: readonly { readonly name?: string; readonly port?: number; readonly protocol?: string }[] | null;
}

/** A Pod, as far as it is looked at. */
export interface Pod extends KubeObject {
  readonly spec?: {
    readonly hostNetwork?: boolean;
    readonly nodeName?: string;
    readonly containers?: readonly { readonly name: string }[];
    /** Sidecars may be among them. */
    readonly initContainers?: readonly { readonly name: string }[];
  };
  readonly status?: {
    readonly phase?: string;
    readonly podIP?: string;
    /** All addresses; the first one is `podIP`. */
    readonly podIPs?: readonly { readonly ip: string }[];
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

/** A selector of labels. */
export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
    readonly values?: readonly string[];
  }[];
}

/** Who may talk to which pods. */
export interface NetworkPolicy extends KubeObject {
  readonly spec: {
    readonly podSelector?: LabelSelector;
    /** Absent: Ingress, and Egress where egress rules stand. */
    readonly policyTypes?: readonly ('Ingress' | 'Egress')[];
    readonly ingress?: readonly unknown[];
    readonly egress?: readonly unknown[];
  };
}

/** Who leads. */
export interface Lease extends KubeObject {
  readonly spec: {
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
    /** RFC 3339 with microseconds. */
    readonly acquireTime?: string;
    readonly renewTime?: string;
    readonly leaseTransitions?: number;
  };
}

/** Who the API server takes the caller for. Created, never stored. */
export interface SelfSubjectReview extends KubeObject {
  readonly status?: { readonly userInfo: { readonly username: string; readonly groups?: readonly string[] } };
}

/** Whether a user may do something in the namespace. Created, never stored. */
export interface LocalSubjectAccessReview extends KubeObject {
  readonly spec: {
    readonly user: string;
    readonly groups?: readonly string[];
    readonly resourceAttributes: {
      readonly namespace: string;
      readonly verb: string;
      readonly group: string;
      readonly resource: string;
      readonly name?: string;
    };
  };
  readonly status?: { readonly allowed: boolean; readonly reason?: string };
}

/** Something that happened to an object, for people (`kubectl describe`, `kubectl events`). */
export interface KubeEvent extends KubeObject {
  readonly regarding: {
    readonly apiVersion: string;
    readonly kind: string;
    readonly namespace: string;
    readonly name: string;
    readonly uid?: string;
  };
  readonly type: 'Normal' | 'Warning';
  /** One word of a closed list. */
  readonly reason: string;
  /** What was done. */
  readonly action: string;
  /** One sentence for people, at most 1 KiB. */
  readonly note: string;
  /** RFC 3339 with microseconds. */
  readonly eventTime: string;
  readonly reportingController: string;
  readonly reportingInstance: string;
}

/** What callers dial. */
export const services: ResourceType<Service> = { group: '', version: 'v1', kind: 'Service', plural: 'services', namespaced: true };
/** Where workloads, managers and workspaces run. */
export const pods: ResourceType<Pod> = { group: '', version: 'v1', kind: 'Pod', plural: 'pods', namespaced: true };
/** Which pods are behind a Service; other objects of the same Service have further ones. */
export const endpointSlices: ResourceType<EndpointSlice> = {
  group: 'discovery.k8s.io',
  version: 'v1',
  kind: 'EndpointSlice',
  plural: 'endpointslices',
  namespaced: true,
};
/** Who may talk to which pods. */
export const networkPolicies: ResourceType<NetworkPolicy> = {
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'NetworkPolicy',
  plural: 'networkpolicies',
  namespaced: true,
};
/** Who leads. */
export const leases: ResourceType<Lease> = {
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
  namespaced: true,
};
/** The question who the caller is: it is created, and its answer comes back at once. */
export const selfSubjectReviews: ResourceType<SelfSubjectReview> = {
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'SelfSubjectReview',
  plural: 'selfsubjectreviews',
  namespaced: false,
};
/** The question what a user may do: it is created, and its answer comes back at once. */
export const localSubjectAccessReviews: ResourceType<LocalSubjectAccessReview> = {
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'LocalSubjectAccessReview',
  plural: 'localsubjectaccessreviews',
  namespaced: true,
};
/** What happened to objects, for people. */
export const kubeEvents: ResourceType<KubeEvent> = {
  group: 'events.k8s.io',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  namespaced: true,
};
