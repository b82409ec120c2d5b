import { z } from '@switchyard/config';
import { InterceptError, type Clock, type Log } from '@switchyard/contract';
import type { OidcConfig } from '../config/auth-config.ts';
import { fetchDocument } from './fetch-document.ts';
import { createIssuer, type Issuer } from './issuer.ts';
import type { ProvenUser, VerifyUser } from './proven-user.ts';
import { verifyToken, type VerifiedClaims } from './verify-token.ts';

/** Longest name of a user or a group that an Intercept object can hold. */
const longestName = 512;

/** The OpenID provider of `config`, as it describes itself (OpenID Connect Discovery 1.0 section 4). `authority`: its own, in PEM. */
export function createOidcIssuer(
  deps: { readonly clock: Clock; readonly log: Log },
  { issuer }: Pick<OidcConfig, 'issuer'>,
  authority: string | undefined,
): Issuer {
  const schema = z.object({ issuer: z.literal(issuer), jwks_uri: z.string() });
  return createIssuer(deps, issuer, async (signal) => {
    const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const discovery = schema.safeParse(await fetchDocument(url, authority, signal));
    if (!discovery.success) {
      throw new InterceptError('cluster_unavailable', `What ${url} says is no description of the issuer ${issuer}.`, {
        cause: discovery.error,
      });
    }
    return { name: issuer, keySet: await fetchDocument(discovery.data.jwks_uri, authority, signal) };
  });
}

/**
 * Verifies ID tokens of people. A name or a group that begins with `system:`, which are the cluster's own, is refused whatever the provider
 * says.
 */
export function createOidcVerifier(clock: Pick<Clock, 'date'>, issuer: Issuer, config: OidcConfig): VerifyUser {
  const hint = 'Sign in again with `intercept login`.';
  const terms = { issuer, title: config.issuer, audience: config.audience, hint };
  return async (token) => toUser(await verifyToken(clock, token, terms), config, hint);
}

function toUser(claims: VerifiedClaims, config: OidcConfig, hint: string): ProvenUser {
  const { usernameClaim, usernamePrefix, groupsClaim, groupsPrefix } = config;
  const refuse = (why: string): never => {
    throw new InterceptError('not_signed_in', `The token ${why}.`, { hint });
  };
  const name = claims[usernameClaim];
  if (typeof name !== 'string' || name === '') return refuse(`has no name in its claim ${JSON.stringify(usernameClaim)}`);
  if (usernameClaim === 'email' && claims['email_verified'] !== undefined && claims['email_verified'] !== true) {
    return refuse('names an address that its owner did not verify');
  }
  const groups = groupsClaim === undefined ? [] : readGroups(claims[groupsClaim]);
  if (groups === undefined) return refuse(`has no list of groups in its claim ${JSON.stringify(groupsClaim)}`);
  const user = `${usernamePrefix}${name}`;
  const named = [user, ...groups.map((group) => `${groupsPrefix}${group}`)];
  if (named.some((each) => !isFit(each)))
    return refuse('names a user or a group that begins with "system:", is too long, or cannot be shown');
  return { user, groups: [...named.slice(1), 'system:authenticated'], expiresAt: new Date(claims.exp * 1_000) };
}

/** One group is not always a list. Absent: none. */
function readGroups(claim: unknown): readonly string[] | undefined {
  if (claim === undefined) return [];
  const groups: readonly unknown[] = Array.isArray(claim) ? claim : [claim];
  return groups.every(isGroup) ? groups : undefined;
}

function isGroup(group: unknown): group is string {
  return typeof group === 'string' && group !== '';
}

/** Names that differ only in what nobody sees are no names; those of the cluster itself are not a provider's to give. */
function isFit(name: string): boolean {
  return name.length <= longestName && !name.toLowerCase().startsWith('system:') && !/\p{C}/u.test(name);
}
