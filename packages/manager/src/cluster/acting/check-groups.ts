import { InterceptError, type Principal } from '@switchyard/contract';
import { findLeftOut, type Intercept, type NamedGroups } from '@switchyard/kube';

/**
 * Throws `not_allowed` unless `object` has every group of `who` that a policy names, and none that is not theirs: what the API server
 * demands of whoever writes an intercept, and not of the manager.
 */
export function checkGroups(object: Intercept, who: Principal, named: NamedGroups): void {
  const { name } = object.metadata;
  const missing = findLeftOut(object, who, named);
  if (missing !== undefined) throw toRefusal(`A policy names the group ${missing} of ${who.user}, which the intercept ${name} leaves out.`);
  const lost = object.spec.owner.groups?.find((group) => !who.groups.includes(group));
  if (lost !== undefined) throw toRefusal(`The intercept ${name} counts on the group ${lost}, which ${who.user} is not in now.`);
}

function toRefusal(message: string): InterceptError {
  return new InterceptError('not_allowed', message, { hint: 'Start the intercept again.' });
}
