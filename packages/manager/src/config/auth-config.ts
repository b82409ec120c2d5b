import { z } from '@switchyard/config';
import { isLoopback } from './loopback.ts';

/** How callers of a cluster's manager may prove who they are, beside the keys of their Intercept objects. */
export interface ClusterAuthConfig {
  readonly serviceAccounts: {
    /** What tokens have to be made for. */
    readonly audience: string;
    /** Whose accounts are taken beside those of the manager's own namespace. */
    readonly namespaces: readonly string[];
  };
  readonly oidc: OidcConfig | undefined;
}

/** The OpenID provider whose ID tokens prove people, and what is read from them. */
export interface OidcConfig {
  readonly issuer: string;
  /** What `intercept login` is to the provider. */
  readonly clientId: string;
  readonly audience: string;
  readonly scopes: readonly string[];
  readonly usernameClaim: string;
  readonly usernamePrefix: string;
  /** Undefined: no groups are read. */
  readonly groupsClaim: string | undefined;
  readonly groupsPrefix: string;
  /** PEM of the provider's own authority. */
  readonly caFile: string | undefined;
}

const namespace = z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, { error: 'must be the name of a namespace' });

const word = z.string().min(1).max(256);

const prefix = z.string().max(64);

const issuerUrl = z.string().refine(isIssuer, {
  error: 'must be a URL of https, such as "https://accounts.example.com", without a query; http only at 127.0.0.1',
});

const oidc = z
  .strictObject({
    issuer: issuerUrl.meta({ description: 'The provider, exactly as its tokens name it in `iss`.' }),
    clientId: word.meta({ description: 'What `intercept login` is to the provider: a public client that may use the device flow.' }),
    audience: word.optional().meta({ description: 'What tokens have to be made for. Default: `clientId`.' }),
    scopes: z.array(word).max(16).default([]).meta({ description: 'What `intercept login` asks for. Default: openid and offline_access.' }),
    usernameClaim: word.default('sub').meta({ description: "The claim that is the user's name." }),
    usernamePrefix: prefix.meta({
      description:
        'What comes before it: users are known to RBAC with it. Empty only where the API server trusts the same provider, without a prefix.',
    }),
    groupsClaim: word.optional().meta({ description: "The claim that lists the user's groups. Default: none are read." }),
    groupsPrefix: prefix.optional().meta({ description: 'What comes before each group. Required with `groupsClaim`.' }),
    caFile: word.optional().meta({ description: "The authority of the provider's certificate, in PEM. Default: those of the system." }),
  })
  .transform(({ audience, groupsClaim, groupsPrefix, caFile, ...rest }, context): OidcConfig => {
    if ((groupsClaim === undefined) !== (groupsPrefix === undefined)) {
      const message =
        groupsClaim === undefined
          ? 'has no meaning without groupsClaim'
          : 'is missing: "" where RBAC knows the groups by their plain names';
      context.addIssue({ code: 'custom', path: ['groupsPrefix'], message });
    }
    return { ...rest, audience: audience ?? rest.clientId, groupsClaim, groupsPrefix: groupsPrefix ?? '', caFile };
  });

/** `auth` of `manager.yaml` where the manager runs in a cluster. */
export const clusterAuth: z.ZodType<ClusterAuthConfig> = z
  .strictObject({
    serviceAccounts: z
      .strictObject({
        audience: word.default('switchyard').meta({ description: 'What tokens of ServiceAccounts have to be made for.' }),
        namespaces: z
          .array(namespace)
          .max(64)
          .default([])
          .meta({ description: "Whose accounts are taken beside those of the manager's own namespace." }),
      })
      .prefault({})
      .meta({ description: 'Tokens of ServiceAccounts, for workspaces and pipelines.' }),
    oidc: oidc.optional().meta({ description: 'An OpenID provider, for people without a kubeconfig.' }),
  })
  .transform(({ serviceAccounts, oidc: provider }) => ({ serviceAccounts, oidc: provider }));

function isIssuer(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, search, hash, username } = new URL(text);
  return (protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname))) && search + hash + username === '';
}
