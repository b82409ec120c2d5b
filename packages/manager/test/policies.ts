// Policies, as the tests of the manager want them.
import type { InterceptPolicy } from '@switchyard/kube';
import { judgePolicies, readPolicy, type Ruling } from '@switchyard/policy';
import type { Claim } from '../src/cluster/intercepts/claim.ts';
import { toQuestion } from '../src/cluster/policies/claim-question.ts';

/** A policy object for everybody and all services, unless `spec` says otherwise. */
export function createInterceptPolicy(name: string, spec: Partial<InterceptPolicy['spec']> = {}): InterceptPolicy {
  return {
    apiVersion: 'switchyard.dev/v1alpha1',
    kind: 'InterceptPolicy',
    metadata: { name },
    spec: { subjects: [{ kind: 'Group', name: 'system:authenticated' }], services: ['*'], ...spec },
  };
}

/** What `objects` say of a claim when it was made. */
export function ruleBy(...objects: readonly InterceptPolicy[]): (claim: Claim) => Ruling {
  const policies = objects.map(({ metadata, spec }) => readPolicy(metadata.name, spec));
  return (claim) => judgePolicies(policies, toQuestion(claim, new Date(claim.createdAtMs)));
}
