import { InterceptError, toLimitValues, type Clock, type Log } from '@switchyard/contract';
import type { KubeClient } from '@switchyard/kube';
import { z } from '@switchyard/config';
import { authLimits } from '../limits.ts';
import { createIssuer, type Issuer } from './issuer.ts';
import type { ProvenUser } from './proven-user.ts';
import { verifyToken, type VerifiedClaims } from './verify-token.ts';

const { tokenLifetimeMs } = toLimitValues(authLimits);

/** A ServiceAccount that proved itself by a token: `system:serviceaccount:NAMESPACE:NAME`, with the groups that the API server gives it. */
export interface ServiceAccount extends ProvenUser {
  readonly namespace: string;
  readonly name: string;
  /** The pod that the token was made for; undefined where it was made for none. */
  readonly pod: { readonly name: string; readonly uid: string } | undefined;
}

/** Whose tokens are taken. */
export interface ServiceAccountTerms {
  /** What tokens are made for: one that was made for anything else, such as the API server, is refused. */
  readonly audience: string;
  /** Of which namespaces. */
  readonly namespaces: readonly string[];
}

/** Rejects as `verifyToken`, and with `not_allowed` for an account of another namespace. */
export type VerifyServiceAccount = (token: string) => Promise<ServiceAccount>;

/** The cluster's issuer of ServiceAccount tokens, as its API server describes it to every account. */
export function createClusterIssuer(deps: { readonly clock: Clock; readonly log: Log; readonly client: KubeClient }): Issuer {
  return createIssuer(deps, 'this cluster', async (signal) => {
    const [discovery, keySet] = await Promise.all([
      deps.client.readDocument('/.well-known/openid-configuration', { signal }),
      deps.client.readDocument('/openid/v1/jwks', { signal }),
    ]);
    return { name: z.object({ issuer: z.string().min(1) }).parse(discovery).issuer, keySet };
  });
}

/**
 * Verifies tokens of ServiceAccounts by the cluster's own keys. Nobody is asked about the single token: one whose account or pod was
 * deleted counts until it expires, and what it may do is for the API server to say.
 */
export function createServiceAccountVerifier(
  clock: Pick<Clock, 'date'>,
  issuer: Issuer,
  { audience, namespaces }: ServiceAccountTerms,
): VerifyServiceAccount {
  const hint = `Make one with \`kubectl create token NAME --audience ${audience}\`, or project one into the pod.`;
  const terms = { issuer, title: 'this cluster', audience, hint };
  return async (token) => {
    const account = toAccount(await verifyToken(clock, token, terms), hint);
    if (namespaces.includes(account.namespace)) return account;
    throw new InterceptError('not_allowed', `This manager takes no tokens of ServiceAccounts in the namespace ${account.namespace}.`, {
      hint: `Use an account of ${namespaces.join(' or ')}.`,
    });
  };
}

const dnsName = z.string().regex(/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/);

const bound = z.object({ name: dnsName, uid: z.string().min(1).max(64) });

const claimsSchema = z.object({
  'kubernetes.io': z.object({ namespace: dnsName, serviceaccount: bound, pod: bound.optional() }),
});

function toAccount(claims: VerifiedClaims, hint: string): ServiceAccount {
  const parsed = claimsSchema.safeParse(claims);
  const { namespace = '', serviceaccount: { name } = { name: '' }, pod } = parsed.data?.['kubernetes.io'] ?? {};
  const user = `system:serviceaccount:${namespace}:${name}`;
  if (!parsed.success || claims.sub !== user) {
    throw new InterceptError('not_signed_in', 'The token does not say in one way whose ServiceAccount it is.', { hint });
  }
  if ((claims.exp - claims.iat) * 1_000 > tokenLifetimeMs) {
    const hours = tokenLifetimeMs / 3_600_000;
    throw new InterceptError('not_signed_in', `The token was made for longer than ${hours} h, and could be somebody else's by now.`, {
      hint,
    });
  }
  const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'];
  return { user, groups, namespace, name, pod, expiresAt: new Date(claims.exp * 1_000) };
}
