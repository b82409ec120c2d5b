import { InterceptError, toLimitValues, type Clock } from '@switchyard/contract';
import { errors, jwtVerify, type JWTPayload } from 'jose';
import { authLimits } from '../limits.ts';
import type { Issuer } from './issuer.ts';

const { tokenToleranceMs } = toLimitValues(authLimits);

/** Signatures that are taken: what Kubernetes and ordinary identity providers sign with. None of them has a secret that is shared. */
const algorithms = ['RS256', 'ES256'];

/** What a token must say. */
export interface TokenTerms {
  readonly issuer: Issuer;
  /** What people call the issuer. */
  readonly title: string;
  readonly audience: string;
  /** How one gets such a token. */
  readonly hint: string;
}

/** The claims of a verified token. */
export type VerifiedClaims = JWTPayload & { readonly sub: string; readonly iat: number; readonly exp: number };

/**
 * Verifies a signed token (RFC 7519): its signature, issuer, audience and times. Rejects with `not_signed_in`, which says what is wrong and
 * repeats nothing of it, and with `cluster_unavailable` where the issuer was never heard of.
 */
export async function verifyToken(clock: Pick<Clock, 'date'>, token: string, terms: TokenTerms): Promise<VerifiedClaims> {
  const { name, findKey } = await terms.issuer.known();
  try {
    const { payload } = await jwtVerify(token, findKey, {
      issuer: name,
      audience: terms.audience,
      algorithms,
      requiredClaims: ['sub', 'iat', 'exp'],
      clockTolerance: tokenToleranceMs / 1_000,
      currentDate: clock.date(),
    });
    return payload as VerifiedClaims;
  } catch (reason) {
    throw new InterceptError('not_signed_in', `${toMistake(reason, terms)}.`, { hint: terms.hint, cause: reason });
  }
}

function toMistake(reason: unknown, { title, audience }: TokenTerms): string {
  if (reason instanceof errors.JWTExpired) return 'The token has expired';
  if (reason instanceof errors.JWTClaimValidationFailed) {
    const mistakes: Readonly<Record<string, string>> = {
      aud: `The token is not meant for this manager: its audience is not "${audience}"`,
      iss: `The token is not from ${title}`,
      nbf: 'The token is not valid yet',
    };
    return mistakes[reason.claim] ?? `The token does not say ${JSON.stringify(reason.claim)} as it has to`;
  }
  if (reason instanceof errors.JOSEAlgNotAllowed) return `The token is not signed by ${algorithms.join(' or ')}`;
  const unsigned = [errors.JWSSignatureVerificationFailed, errors.JWKSNoMatchingKey, errors.JWKSMultipleMatchingKeys];
  if (unsigned.some((type) => reason instanceof type)) return `The token is not signed by ${title}`;
  return 'The token is no signed token (JWT)';
}
