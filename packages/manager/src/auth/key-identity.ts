import { InterceptError } from '@switchyard/contract';
import type { Hello } from '@switchyard/tunnel';
import type { Identity } from '../api/accept-session.ts';

/** What agents without any object are called; together they have as many sessions as one owner. No user of a cluster has this name. */
const nobody = '(no intercept)';

/**
 * Who is behind a session in a cluster: the owner of the Intercept object that has the key which the agent proved to hold. The name that the agent
 * itself says counts for nothing. Objects may come after the session, so the owner is looked up whenever somebody asks. Throws `not_signed_in`.
 */
export function createKeyIdentity(ownerOf: (publicKey: string) => string | undefined): (hello: Hello) => Identity {
  return ({ publicKey }) => {
    if (publicKey === undefined) {
      throw new InterceptError(
        'not_signed_in',
        'This manager runs in a cluster, where an agent proves the key of its Intercept object, and none was shown.',
        {
          hint: 'Let `intercept` reach the cluster with your kubeconfig: leave out --manager.',
        },
      );
    }
    return {
      get owner() {
        return ownerOf(publicKey) ?? nobody;
      },
    };
  };
}
