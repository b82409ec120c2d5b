import type { Condition, KubeObject, ManagedFieldsEntry, ResourceType } from './meta.ts';

/** Where a service stands on its way to the router and back. */
export type RoutedPhase =
  /** Routers open its ports, the shadow gets its endpoints; the Service is untouched. */
  | 'Preparing'
  /** The Service selects the routers. */
  | 'Routed'
  /** The Service is its owner's again; connections that are open come to their end. */
  | 'Restoring';

/** What a routed service's conditions are about. */
export type RoutedConditionType =
  /** Traffic passes through the router. */
  | 'Ready'
  /** Somebody else keeps writing the Service. */
  | 'Contested';

/** Why a routed service's condition is as it is. Closed. */
export type RoutedReason =
  | 'Routed'
  | 'WaitingForRouters'
  | 'WaitingForEndpoints'
  | 'PortUnavailable'
  | 'Drifted'
  | 'Contested'
  | 'NotContested'
  | 'Restoring'
  | 'Failing';

/** What the Service was before it was taken over: enough to give it back. */
export interface OriginalService {
  /** `metadata.uid`: another object of the same name is another Service. */
  readonly uid: string;
  readonly selector: Readonly<Record<string, string>>;
  readonly ports: readonly OriginalPort[];
  readonly managedFields: readonly ManagedFieldsEntry[];
}

/** A port of the Service as its owner wants it; number and protocol identify it. */
export interface OriginalPort {
  readonly port: number;
  /** Undefined: the same as `port`. */
  readonly targetPort?: number | string;
  /** What `targetPort` is while the Service is taken over: tells our value from somebody else's. */
  readonly routerPort: number;
}

/** A port of a routed service. */
export interface RoutedServicePort {
  /** The port's name; an unnamed one's number. */
  readonly name: string;
  /** What callers dial. */
  readonly port: number;
  /** Where every router listens for it, 10000 to 29999; unique in the namespace and kept for as long as the object lives. */
  readonly routerPort: number;
  /** How its traffic is understood. */
  readonly protocol: 'auto' | 'http' | 'tcp';
}

/** A Service whose traffic the routers take. Named as the Service. Written by the manager. */
export interface RoutedService extends KubeObject {
  readonly spec: {
    readonly ports: readonly RoutedServicePort[];
    /** Kept taken over while nobody intercepts it. */
    readonly warm?: boolean;
    /** Name of the Service that leads to the baseline pods. */
    readonly shadow: string;
    /** The pod is picked by the client's address, as the Service asks for. */
    readonly clientAffinity?: boolean;
  };
  readonly status?: RoutedServiceStatus;
}

/** How far one router is with the ports of a routed service. */
export interface RouterReport {
  /** Whether requests can come. */
  readonly serving: boolean;
  /** The `metadata.generation` that this is about. */
  readonly observedGeneration: number;
  /** Why a port cannot be opened, as one sentence. */
  readonly message?: string;
}

/** What the manager says of a routed service. */
export interface RoutedServiceStatus {
  readonly phase?: RoutedPhase;
  /** RFC 3339: when the switch of the Service had reached every node. Connections opened before may go past the router. */
  readonly routedSince?: string;
  readonly original?: OriginalService;
  /** What each router says, by its pod's name: written by that router. One that says nothing does not listen. */
  readonly routers?: Readonly<Record<string, RouterReport>>;
  /** When it was retaken after foreign writes, RFC 3339; the last 10 minutes. */
  readonly retakes?: readonly string[];
  readonly conditions?: readonly Condition<RoutedConditionType, RoutedReason>[];
}

/** Services on their way to the routers and back. */
export const routedServices: ResourceType<RoutedService> = {
  group: 'switchyard.dev',
  version: 'v1alpha1',
  kind: 'RoutedService',
  plural: 'routedservices',
  namespaced: true,
};
