import type { OriginalService, RoutedService, Service } from '@switchyard/kube';
import type { PortsState } from './router-reports.ts';

/** Everything that the next step for one service depends on. */
export interface Observation {
  readonly service: Service | undefined;
  readonly routed: RoutedService | undefined;
  readonly shadow: Service | undefined;
  /** Whether its traffic should pass through the routers, and may. */
  readonly wanted: boolean;
  /** Wanted by an annotation, whether somebody intercepts it or not. */
  readonly warm: boolean;
  readonly ports: PortsState;
  /** Whether callers who are led to the routers would find one. */
  readonly routersReady: boolean;
  /** Whether no router listens for it any more. */
  readonly released: boolean;
  /** Whether the shadow leads to the same ready addresses as the Service. Means nothing while the Service points to the routers. */
  readonly sameEndpoints: boolean;
  /** The wall clock. */
  readonly now: Date;
  readonly plan: Plan;
}

/** An observation of a service that is on its way, or was. */
export type RoutedObservation = Observation & { readonly routed: RoutedService };

/** What the objects should be, and how far the Service is from it. Pure functions of the objects. */
export interface Plan {
  /** Whether the Service is gone, or another object of its name. */
  readonly isGone: boolean;
  /** Whether it points to the routers and no record says what it was before. Only its owner can help. */
  readonly isStranded: boolean;
  /** What `RoutedService.spec` should be. Undefined where there is no Service. */
  readonly spec: RoutedService['spec'] | undefined;
  /** The owner's Service as far as it can be told: the record, with what others wrote since. Undefined where there is no Service. */
  readonly original: OriginalService | undefined;
  /** Whether the shadow is what it should be. */
  readonly shadowFits: boolean;
  /** Whether callers of the Service reach the routers, or nobody: not its pods. */
  readonly pointsHere: boolean;
  /** Whether the Service is taken over as a whole: selector, every port, the record. */
  readonly isTaken: boolean;
  /** Whether nothing of ours is left in the Service. */
  readonly isGivenBack: boolean;
}

/** One thing to do for a service: at most one write, after which is looked again. */
export type Step =
  | { readonly t: 'create-routed-service'; readonly spec: RoutedService['spec'] }
  | { readonly t: 'write-spec'; readonly spec: RoutedService['spec'] }
  | { readonly t: 'write-status'; readonly status: NonNullable<RoutedService['status']> }
  | { readonly t: 'put-shadow' }
  | { readonly t: 'take' }
  | { readonly t: 'give-back' }
  | { readonly t: 'delete-shadow' }
  | { readonly t: 'delete-routed-service' }
  /** Nothing, until something changes or the time has passed. */
  | { readonly t: 'rest'; readonly wakeMs?: number };
