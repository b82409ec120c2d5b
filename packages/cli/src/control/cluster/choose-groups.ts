import { InterceptError, type Principal } from '@switchyard/contract';
import {
  findLeftOut,
  findNamedGroups,
  kubeLimits,
  putNamedFirst,
  type Intercept,
  type KubeClient,
  type NamedGroups,
} from '@switchyard/kube';
import { readPolicies } from './check-policies.ts';

/** Which groups an intercept of somebody names, where it cannot name all. */
export interface GroupChoice {
  /** With the groups in front that have to be named. */
  readonly principal: Principal;
  /** What the person should know of it; undefined where all are named. */
  readonly note: string | undefined;
  /** Throws `not_allowed` where `object` leaves out one that it must not. */
  check(object: Intercept): void;
  /** A refusal of the API server in words that help. */
  explain(error: InterceptError): InterceptError;
}

const most = kubeLimits.ownerGroups.value;

/** Chooses by what the policies of the namespace name; asks nobody where there is room for all. */
export async function chooseGroups(client: KubeClient, whole: Principal): Promise<GroupChoice> {
  const count = whole.groups.length;
  if (count <= most) return { principal: whole, note: undefined, check: () => {}, explain: (error) => error };
  const policies = await readPolicies(client);
  const named = findNamedGroups((policies ?? []).flatMap(({ selection }) => selection.subjects));
  return {
    principal: putNamedFirst(whole, named),
    note: `you are in ${count} groups, and an intercept names ${most} of them, those first that policies name: a right that comes from one of the others does not count for it`,
    check: (object) => refuseLeftOut(object, whole, named),
    explain: (error) => explain(error, whole, policies !== undefined),
  };
}

function refuseLeftOut(object: Intercept, whole: Principal, named: NamedGroups): void {
  const group = findLeftOut(object, whole, named);
  if (group === undefined) return;
  throw new InterceptError(
    'not_allowed',
    `The policies here name more of your groups than the ${most} that an intercept can name: not "${group}".`,
    {
      hint: 'Ask an administrator of the namespace to let policies name fewer of your groups, or you by your name.',
    },
  );
}

/** The API server's demands for groups (deploy/charts/switchyard-cluster), which somebody with fewer never meets. */
function explain(error: InterceptError, { user, groups }: Principal, readsPolicies: boolean): InterceptError {
  if (error.code !== 'not_allowed' || !error.message.includes('must have every group of')) return error;
  if (error.message.includes('that the policy') && !readsPolicies) {
    return new InterceptError(
      'not_allowed',
      `A policy names a group of yours (${user}) which the intercept leaves out: you may not read the policies, and it names ${most} of your ${groups.length} groups.`,
      {
        cause: error,
        hint: 'Ask an administrator of the namespace for the role view, so that the groups can be chosen.',
      },
    );
  }
  return new InterceptError(
    'not_allowed',
    `This cluster demands that an intercept names all groups of its owner, and you (${user}) are in ${groups.length}: it can name ${most}.`,
    {
      cause: error,
      hint: 'Ask an administrator of the cluster to install its part without requireGroups, or intercept as somebody in fewer groups.',
    },
  );
}
