import { approvedAnnotation } from '@switchyard/kube';
import type { PolicyQuestion } from '@switchyard/policy';
import type { Claim } from '../intercepts/claim.ts';

/** What policies are asked about `claim`. That only who may do so wrote the approval, the API server has seen to. */
export function toQuestion(claim: Claim, at: Date): PolicyQuestion {
  const { service, port, key, match, lane, lifetimeMs, owner, groups = [], object } = claim;
  return {
    asked: { service, port, key, match, target: lane === 'Direct' ? 'Pod' : 'Tunnel', lifetimeMs },
    person: { user: owner, groups },
    circumstances: { at, approved: (object.metadata.annotations?.[approvedAnnotation] ?? '') !== '' },
  };
}
