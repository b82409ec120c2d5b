import { InterceptError, type Principal } from '@switchyard/contract';
import { decodeJwt } from 'jose';
import type { Issuer } from './issuer.ts';

/** A user who proved by a token who they are. */
export interface ProvenUser extends Principal {
  /** When the proof ends. What was begun before goes on, as long as the user has the right to it. */
  readonly expiresAt: Date;
}

/** Who sent `token`. Rejects with `not_signed_in`, `not_allowed`, and `cluster_unavailable` where whoever signs tokens cannot be asked. */
export type VerifyUser = (token: string) => Promise<ProvenUser>;

/**
 * Verifies tokens of people, where there is somebody who signs them, and else those of ServiceAccounts. Whoever lies about who signed a token
 * is asked for that one's signature.
 */
export function createUserVerifier(
  cluster: { readonly issuer: Issuer; readonly verify: VerifyUser },
  people: { readonly issuer: string; readonly verify: VerifyUser } | undefined,
): VerifyUser {
  return async (token) => {
    const from = readIssuer(token);
    if (people === undefined || from === undefined) return await cluster.verify(token);
    if (from === people.issuer) return await people.verify(token);
    const { name } = await cluster.issuer.known();
    if (from === name) return await cluster.verify(token);
    throw new InterceptError('not_signed_in', `The token is neither from ${people.issuer} nor from this cluster.`, {
      hint: 'Sign in with `intercept login`.',
    });
  };
}

function readIssuer(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined;
  }
}
