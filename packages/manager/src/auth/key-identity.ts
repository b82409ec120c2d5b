import { InterceptError } from '@switchyard/contract';
import { toShownName, type Hello } from '@switchyard/tunnel';
import type { Identity } from '../api/accept-session.ts';
import type { ProvenUser } from './proven-user.ts';

/** What agents without any object are called. No user of a cluster has this name. */
const nobody = '(no intercept)';

/** Whose object has a key. */
export interface KeyOwner {
  /** The user's name, as the API server knows it. */
  readonly owner: string;
  readonly groups?: readonly string[] | undefined;
}

/**
 * Who is behind a session in a cluster: the owner of the Intercept object that has the key which the agent proved to hold. A key stands in
 * objects for everybody to read, so that others may have copied it: among the owners of such objects, and nowhere else, counts the name
 * that the agent itself says. `userOf` knows who proved it by a token, which says more than any key. Objects may come after the session, so the owner is looked up whenever somebody asks. Throws `not_signed_in`.
 */
export function createKeyIdentity(
  ownersOf: (publicKey: string) => readonly KeyOwner[],
  userOf: (hello: Hello) => ProvenUser | undefined = () => undefined,
): (hello: Hello) => Identity {
  return (hello) => {
    const user = userOf(hello);
    if (user !== undefined) return { owner: user.user, groups: user.groups, user };
    const { publicKey, owner: claimed } = hello;
    if (publicKey === undefined) {
      throw new InterceptError(
        'not_signed_in',
        'This manager runs in a cluster, where an agent proves the key of its Intercept object, and none was shown.',
        {
          hint: 'Let `intercept` reach the cluster with your kubeconfig: leave out --manager.',
        },
      );
    }
    const find = (): KeyOwner | undefined => {
      const owners = ownersOf(publicKey);
      return owners.find(({ owner }) => toShownName(owner) === claimed) ?? owners[0];
    };
    return {
      get owner() {
        return find()?.owner ?? nobody;
      },
      get groups() {
        return find()?.groups;
      },
      get isStranger() {
        return ownersOf(publicKey).length === 0;
      },
    };
  };
}
