import { listenAddress, z } from '@switchyard/config';
import { clusterAuth } from './auth-config.ts';
import { checkTokensAreSafe } from './checks.ts';
import { api, tls } from './fields/api.ts';
import { audit } from './fields/audit.ts';
import { head } from './fields/head.ts';
import { clusterLimits } from './fields/limits.ts';
import { routing } from './fields/routing.ts';
import type { ClusterConfig } from './manager-config.ts';

const peers = z.strictObject({
  listen: listenAddress.prefault('0.0.0.0:7483').meta({
    description: 'Where the other managers of the namespace connect to for sessions that this one has. All listen at the same port.',
  }),
  tokenFile: z.string().min(1).default('/var/run/secrets/switchyard.dev/peer/token').meta({
    description:
      'The file with the ServiceAccount token, made for the audience switchyard-peer, by which the manager proves itself to them.',
  }),
});

/**
 * The schema of `manager.yaml` where the manager runs in a cluster, as a `ClusterConfig`. It listens at every address by default: whoever
 * dials a pod, the kubelet and the API server's port-forward included, does so from outside of it.
 */
export const clusterSchema: z.ZodType<ClusterConfig> = z
  .strictObject({
    ...head,
    listen: listenAddress.prefault('0.0.0.0:7480'),
    health: listenAddress.prefault('0.0.0.0:7481'),
    tls: tls.optional(),
    api: api.prefault({}),
    routing: routing.prefault({}),
    audit: audit.prefault({}),
    limits: clusterLimits.prefault({}),
    auth: clusterAuth.prefault({}),
    peers: peers.prefault({}),
    policy: absent('its InterceptPolicies say what may be intercepted'),
    services: absent('the Services of its namespace are routed'),
  })
  .transform(
    ({
      listen,
      health,
      peers: others,
      tls,
      auth: proofs,
      api: { hosts },
      routing: { aliases },
      audit: { stdout = true, otlp },
      limits: bounds,
    }) => ({
      listen,
      api: { hosts },
      health,
      peers: others,
      tls,
      auth: proofs,
      routing: { aliases },
      audit: { stdout, otlp },
      limits: bounds,
    }),
  )
  .superRefine(checkTokensAreSafe);

function absent(why: string) {
  return z
    .unknown()
    .refine((value) => value === undefined, { error: `has no place where the manager runs in a cluster (--role all): ${why}` })
    .optional();
}
