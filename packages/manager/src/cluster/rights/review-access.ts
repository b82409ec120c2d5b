import type { Principal } from '@switchyard/contract';
import { localSubjectAccessReviews, type KubeClient, type LocalSubjectAccessReview } from '@switchyard/kube';

/** What somebody wants to do in the manager's namespace. */
export interface AccessQuestion {
  readonly who: Principal;
  readonly verb: string;
  /** Of the group `switchyard.dev`. `services` is virtual: its verb `intercept` says which Services somebody may intercept. */
  readonly resource: 'services' | 'intercepts';
  /** Undefined: any. */
  readonly name?: string | undefined;
}

/** Whether the API server would let somebody do it. Rejects as `KubeClient.create`. */
export type ReviewAccess = (question: AccessQuestion, signal?: AbortSignal) => Promise<boolean>;

/** Asks the API server each time: nothing is remembered. */
export function createAccessReviewer(client: KubeClient): ReviewAccess {
  return async ({ who, verb, resource, name }, signal) => {
    const review: LocalSubjectAccessReview = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'LocalSubjectAccessReview',
      metadata: { name: '', namespace: client.namespace },
      spec: {
        user: who.user,
        groups: who.groups,
        resourceAttributes: {
          namespace: client.namespace,
          verb,
          group: 'switchyard.dev',
          resource,
          ...(name === undefined ? {} : { name }),
        },
      },
    };
    const { status } = await client.create(localSubjectAccessReviews, review, { signal });
    return status?.allowed === true;
  };
}
