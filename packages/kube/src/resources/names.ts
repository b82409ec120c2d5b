import { createHash } from 'node:crypto';

/** The manager's Deployment, Service, ServiceAccount, Lease and so on. One manager per namespace. */
export const managerName = 'switchyard-manager';

/** Who writes, as `metadata.managedFields` names it. */
export const fieldManager = 'switchyard';

/** Labels of a pod that is a router: what a Service selects while it is taken over. */
export const routerSelector: Readonly<Record<string, string>> = { 'switchyard.dev/router': 'true' };

/** Label of everything that the manager itself makes. */
export const managedByLabel: Readonly<Record<string, string>> = { 'app.kubernetes.io/managed-by': 'switchyard' };

/** Label of a shadow Service: the name of the Service that it stands for. */
export const shadowLabel = 'switchyard.dev/shadow-of';

/** Annotation of a Service that is taken over: an `OriginalService` as JSON. */
export const originalAnnotation = 'switchyard.dev/original';

/** Annotation that people write on a Service: `"true"` keeps it taken over. */
export const warmAnnotation = 'switchyard.dev/warm';

/** Annotation of an Intercept that is about to be deleted in its owner's place: `{by, reason}` as JSON. Only who may `revoke` it writes it. */
export const revokedAnnotation = 'switchyard.dev/revoked';

/** Annotation of an Intercept: the name of the user who approved it. Only who may `approve` it writes it, and only their own name. */
export const approvedAnnotation = 'switchyard.dev/approved-by';

/**
 * Annotation that people write on a Service: `"true"` keeps it from being intercepted by anybody; on the manager's own Service, all of the
 * namespace.
 */
export const protectedAnnotation = 'switchyard.dev/protected';

/** Annotation that people write on a Service: `untrusted` says that its requests come from outside, so keys on them are dropped. */
export const edgeAnnotation = 'switchyard.dev/edge';

/** Annotation that people write on a Service: how its pods learn their clients' addresses while it is taken over, a `SourceAddressForm`. */
export const sourceAddressAnnotation = 'switchyard.dev/source-address';

/** Annotation of the manager's Lease: a `Drain` as JSON. While it is there, no new intercept is accepted, and those that are end. */
export const drainAnnotation = 'switchyard.dev/drain';

/** Annotation of the manager's Lease: while it is there, every Service is given back and none is taken. */
export const standDownAnnotation = 'switchyard.dev/stand-down';

/** Name of the shadow of `service`: a Service's name has at most 63 characters, so that a prefix alone could be too long. */
export function toShadowName(service: string): string {
  return `swy-${createHash('sha256').update(service).digest('hex').slice(0, 16)}`;
}
