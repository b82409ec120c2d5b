import { InterceptError, type Principal } from '@switchyard/contract';
import type { Intercept, InterceptPolicy } from '@switchyard/kube';

/** The groups that policies select by, as far as a name alone does not say who is in them. */
export type NamedGroups = ReadonlySet<string>;

/** Those of `policies`, all that the namespace has. */
export function findNamedGroups(policies: Iterable<InterceptPolicy>): NamedGroups {
  const subjects = [...policies].flatMap(({ spec }) => spec.subjects);
  return new Set(subjects.filter(({ kind, name }) => kind === 'Group' && !name.startsWith('system:')).map(({ name }) => name));
}

/** `who`, with the groups first that policies name: an object has room for some only, and what it leaves out selects nobody. */
export function putNamedFirst<Who extends Principal>(who: Who, named: NamedGroups): Who {
  const isNamed = (group: string): boolean => named.has(group);
  return { ...who, groups: [...who.groups.filter(isNamed), ...who.groups.filter((group) => !isNamed(group))] };
}

/**
 * Throws `not_allowed` unless `object` has every group of `who` that a policy names, and none that is not theirs: what the API server
 * demands of whoever writes an intercept, and not of the manager.
 */
export function checkGroups({ metadata: { name }, spec: { owner } }: Intercept, who: Principal, named: NamedGroups): void {
  const said = new Set(owner.groups);
  const missing = who.groups.find((group) => named.has(group) && !said.has(group));
  if (missing !== undefined) throw toRefusal(`A policy names the group ${missing} of ${who.user}, which the intercept ${name} leaves out.`);
  const lost = owner.groups?.find((group) => !who.groups.includes(group));
  if (lost !== undefined) throw toRefusal(`The intercept ${name} counts on the group ${lost}, which ${who.user} is not in now.`);
}

function toRefusal(message: string): InterceptError {
  return new InterceptError('not_allowed', message, { hint: 'Start the intercept again.' });
}
