import type { Principal } from '@switchyard/contract';
import type { Intercept } from './intercept.ts';

/** The groups that policies select by, as far as a name alone does not say who is in them. */
export type NamedGroups = ReadonlySet<string>;

/** Those of `subjects`, all that the policies of a namespace select by. */
export function findNamedGroups(subjects: Iterable<{ readonly kind: string; readonly name: string }>): NamedGroups {
  const groups = [...subjects].filter(({ kind }) => kind === 'Group').map(({ name }) => name);
  return new Set(groups.filter((name) => name !== 'system:authenticated' && !name.startsWith('system:serviceaccounts')));
}

/**
 * `who`, with the groups first that policies name, then the cluster's own, by which whole clusters are given rights: an object has room for
 * some only, and what it leaves out selects nobody and gives no right.
 */
export function putNamedFirst<Who extends Principal>(who: Who, named: NamedGroups): Who {
  const rank = (group: string): number => (named.has(group) ? 0 : group.startsWith('system:') ? 1 : 2);
  return { ...who, groups: who.groups.toSorted((left, right) => rank(left) - rank(right)) };
}

/** A group of `who` that a policy names and `object` leaves out: the API server takes it from nobody but a manager. Undefined: there is none. */
export function findLeftOut({ spec: { owner } }: Intercept, who: Principal, named: NamedGroups): string | undefined {
  const said = new Set(owner.groups);
  return who.groups.find((group) => named.has(group) && !said.has(group));
}
