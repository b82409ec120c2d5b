import { InterceptError } from '@switchyard/contract';
import { approvedAnnotation, type Intercept, type NamedGroups } from '@switchyard/kube';
import type { ProvenUser } from '../../auth/proven-user.ts';
import { checkGroups } from './check-groups.ts';

/**
 * Throws `not_allowed` where the API server would refuse `user` to renew their own `object` for `lifetimeMs`: a renewal through the manager
 * gets past nothing that one with a kubeconfig would meet.
 */
export function checkRenewal(object: Intercept, user: ProvenUser, lifetimeMs: number | undefined, named: NamedGroups): void {
  checkGroups(object, user, named);
  const isApproved = (object.metadata.annotations?.[approvedAnnotation] ?? '') !== '';
  if (!isApproved || lifetimeMs === undefined || lifetimeMs === toLifetimeMs(object)) return;
  throw new InterceptError('not_allowed', `How long the intercept ${object.metadata.name} lives was approved, and cannot change.`, {
    hint: 'Renew it for as long as before, or start another one.',
  });
}

/** What `object` asks for, milliseconds: it is renewed for as long as before unless its owner says otherwise. Undefined: nothing. */
export function toLifetimeMs({ spec: { lifetimeSeconds } }: Intercept): number | undefined {
  return lifetimeSeconds === undefined ? undefined : lifetimeSeconds * 1_000;
}
