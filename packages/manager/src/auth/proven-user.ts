import type { Principal } from '@switchyard/contract';
import { decodeJwt } from 'jose';

/** A user who proved by a token who they are. */
export interface ProvenUser extends Principal {
  /** When the proof ends. What was begun before goes on, as long as the user has the right to it. */
  readonly expiresAt: Date;
}

/** Who sent `token`. Rejects with `not_signed_in`, `not_allowed`, and `cluster_unavailable` where whoever signs tokens cannot be asked. */
export type VerifyUser = (token: string) => Promise<ProvenUser>;

/** Verifies tokens of people, where there is somebody who signs them, and else those of ServiceAccounts. */
export function createUserVerifier(
  serviceAccounts: VerifyUser,
  people: { readonly issuer: string; readonly verify: VerifyUser } | undefined,
): VerifyUser {
  // Whoever lies about the issuer is asked for that one's signature.
  return (token) => (people !== undefined && readIssuer(token) === people.issuer ? people.verify(token) : serviceAccounts(token));
}

function readIssuer(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined;
  }
}
