import type { MatchObject } from './match.ts';
import type { Condition, KubeObject, ResourceType } from './meta.ts';

/** What an intercept's conditions are about. */
export type InterceptConditionType =
  /** The rule is allowed: its service and port exist and can be taken over, and no other owner stands against it. */
  | 'Accepted'
  /** The service's traffic passes through the router, so that the rule has effect. */
  | 'Routed'
  /** The developer's session is live. */
  | 'SessionReady';

/** Why an intercept's condition is as it is. Closed. */
export type InterceptReason =
  // Accepted
  | 'Accepted'
  | 'ServiceNotFound'
  | 'PortNotFound'
  | 'KeyTaken'
  | 'LimitReached'
  | 'NotHttp'
  /** A condition makes no sense: a regular expression that is none, for one. */
  | 'MatchInvalid'
  /** No policy of the namespace grants it. */
  | 'PolicyDenied'
  /** A policy wants somebody else to approve it first. */
  | 'ApprovalPending'
  /** No request came for it in a long time. */
  | 'Idle'
  /** Its lifetime is over. */
  | 'Expired'
  /** The time of a drain has come. */
  | 'Drained'
  /** A user or a service has as many as policies allow. */
  | 'QuotaReached'
  /** Its owner has no right to intercept the service any more. */
  | 'RightLost'
  | ServiceRefusal
  // Routed
  | 'Routed'
  | 'NotAccepted'
  | 'Preparing'
  | 'PortUnavailable'
  | 'Drifted'
  | 'Contested'
  | 'StandingDown'
  | 'Failing'
  // SessionReady
  | 'SessionReady'
  | 'NoSession'
  | 'SessionLost'
  | 'TargetRefused';

/** Why a Service cannot be taken over. Closed; each is a reason of condition `Accepted`. */
export type ServiceRefusal =
  /** A port is UDP or SCTP, and one selector serves all ports. */
  | 'UnsupportedProtocol'
  /** More than a RoutedService can hold. */
  | 'TooManyPorts'
  /** Internal or external traffic policy `Local`: the router is not on every node. */
  | 'TrafficPolicyLocal'
  /** `publishNotReadyAddresses`: callers want pods that are not ready too. */
  | 'PublishesNotReady'
  /** `clusterIP: None`: callers dial pods by themselves. */
  | 'Headless'
  | 'ExternalName'
  /** Its endpoints are managed by hand. */
  | 'NoSelector'
  /** An ingress NetworkPolicy selects the baseline pods, and traffic through the router would get past it. */
  | 'NetworkPolicy'
  /** What an annotation of it says is not understood. */
  | 'InvalidAnnotation'
  /** It is a part of Switchyard itself. */
  | 'OwnService'
  /** Somebody protects it, or its whole namespace. */
  | 'Protected';

/** The rule "requests to service S, port P with key K go to the developer". Named `SERVICE.PORT.KEY`, without a key `SERVICE.PORT.match.HASH`. */
export interface Intercept extends KubeObject {
  readonly spec: {
    readonly service: string;
    /** Name of the Service's port; an unnamed one's number. */
    readonly port: string;
    /** Absent: `match` alone decides. */
    readonly key?: string;
    /** What a request must show beside the key: any one alternative. Never empty where there is no key. */
    readonly match?: MatchObject;
    /** Users who may intercept other services with this key, as the API server knows them; `*` is everybody. */
    readonly shareWith?: readonly string[];
    /** Whether the key may be another owner's who shares it. */
    readonly join?: boolean;
    readonly owner: {
      readonly user: string;
      /** The owner's groups, or some of them: rights that come from a group are looked up with these. */
      readonly groups?: readonly string[];
    };
    /** What works there, as it says itself: for records, never for decisions. */
    readonly actor?: { readonly kind: 'Person' | 'Agent' | 'CI'; readonly onBehalfOf?: string };
    /** The developer's machine, for people. */
    readonly client?: string;
    /** Ed25519, 32 bytes in base64: who signs with its other half is the agent of this intercept. */
    readonly publicKey?: string;
    /** Default Fail. */
    readonly whenAway?: 'Fail' | 'Baseline';
    /** How requests reach the developer. Default Tunnel. */
    readonly lane?: 'Tunnel' | 'Direct';
    /** Wanted lifetime; default and most: the manager's. */
    readonly lifetimeSeconds?: number;
    /** How often its owner renewed it: more than `status.renewals` asks for another lifetime. */
    readonly renewals?: number;
  };
  readonly status?: InterceptStatus;
}

/** What the manager says of an intercept. */
export interface InterceptStatus {
  readonly conditions?: readonly Condition<InterceptConditionType, InterceptReason>[];
  /** RFC 3339. */
  readonly expiresAt?: string;
  /** The renewals that `expiresAt` has in it. */
  readonly renewals?: number;
  /** The pod of the manager that has the session. */
  readonly router?: string;
  /** When a request last came for it, RFC 3339: noted now and then. */
  readonly lastUsedAt?: string;
  /** `HOST:PORT` that is dialled, on the direct lane. */
  readonly address?: string;
  /** Since when new connections to the service pass through the router, RFC 3339; those opened before still go to the baseline. */
  readonly routedSince?: string;
}

/** Rules of developers, one object each. */
export const intercepts: ResourceType<Intercept> = {
  group: 'switchyard.dev',
  version: 'v1alpha1',
  kind: 'Intercept',
  plural: 'intercepts',
  namespaced: true,
};
