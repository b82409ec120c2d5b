import type { AcceptSession, Hello } from '@switchyard/tunnel';
import type { ProvenUser, VerifyUser } from './proven-user.ts';

/** Who is behind the sessions whose agents sent a token. */
export interface SessionUsers {
  /** `accept`, asked only about agents without a token, or with one that is verified. Rejects as `VerifyUser`. */
  verify(accept: AcceptSession): AcceptSession;
  /** Undefined where the agent sent no token, or nobody verified it yet. */
  of(hello: Hello): ProvenUser | undefined;
}

/** Remembers each as long as the session's own hello. */
export function createSessionUsers(verifyUser: VerifyUser): SessionUsers {
  const users = new WeakMap<Hello, ProvenUser>();
  return {
    verify: (accept) => async (hello, session) => {
      if (hello.token !== undefined) users.set(hello, await verifyUser(hello.token));
      return await accept(hello, session);
    },
    of: (hello) => users.get(hello),
  };
}
