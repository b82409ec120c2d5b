import { dialAddress, duration, formatDuration, label, listenAddress, z } from '@switchyard/config';
import { parseServiceName, sourceAddressForms } from '@switchyard/contract';
import { defaultAliases, parseAlias } from '@switchyard/route';
import { fixedManagerLimits, managerLimits, type ManagerLimitName } from '../limits.ts';
import { clusterAuth } from './auth-config.ts';
import { checkConfig, checkTokensAreSafe } from './checks.ts';
import type { AuthConfig, ClusterConfig, ManagerConfig } from './manager-config.ts';

const alias = z.string().max(128).refine(isAlias, {
  error: 'must be a header of its own ("x-my-key") or a member ("baggage:okteto-divert", "baggage:sd-*", "tracestate:intercept")',
});

const portName = label.refine((name) => /[a-z]/.test(name), { error: 'must have a letter, so that it is not taken for a number' });

const port = z.strictObject({
  name: portName.meta({ description: 'Name of the port, unique in its service.' }),
  listen: listenAddress.meta({ description: 'Where callers dial the service.' }),
  origin: dialAddress.meta({ description: 'Where the ordinary workload (the baseline) listens.' }),
  protocol: z
    .enum(['auto', 'http', 'tcp'])
    .default('auto')
    .meta({ description: 'How traffic is understood; `auto` looks at the first bytes of each connection.' }),
});

const service = z.strictObject({
  name: label.transform(parseServiceName).meta({ description: 'What callers call the service.' }),
  entry: z.boolean().default(false).meta({ description: 'Whether browsers enter here: a key in the query is then kept in a cookie.' }),
  edge: z
    .enum(['trusted', 'untrusted'])
    .default('trusted')
    .meta({ description: '`untrusted`: requests come from outside, so keys on them are dropped.' }),
  sourceAddress: z.enum(sourceAddressForms).default('none').meta({
    description:
      'How its baseline learns the addresses of its clients: not at all, by `Forwarded` on each HTTP/1.1 request, or by the PROXY protocol.',
  }),
  ports: z.array(port).min(1).max(fixedManagerLimits.portsPerService.value).meta({ description: 'Its ports.' }),
});

const user = z.strictObject({
  name: label.meta({ description: 'The owner whom the token proves.' }),
  token: z
    .string()
    .regex(/^sha256:[0-9a-f]{64}$/, {
      error: 'must be "sha256:" and 64 lower-case hexadecimal digits; `switchyard-manager hash-token` makes it from a token',
    })
    .meta({ description: '`sha256:` and the hash of a random token, as `switchyard-manager hash-token` prints it.' }),
});

const auth = z
  .strictObject({
    mode: z
      .enum(['none', 'token'])
      .meta({ description: '`none`: the name that a caller claims is believed; `token`: a token decides it.' }),
    users: z.array(user).min(1).optional().meta({ description: 'Who may call, in mode token.' }),
  })
  .transform(({ mode, users }, context): AuthConfig => {
    if (mode === 'token' && users !== undefined) return { mode, users };
    if (mode === 'none' && users === undefined) return { mode };
    const message = mode === 'token' ? 'is missing: who may call, and their hashed tokens' : 'has no meaning in mode "none"';
    context.addIssue({ code: 'custom', path: ['users'], message });
    return z.NEVER;
  });

const file = z.string().min(1);

const tlsFiles = z.strictObject({
  certFile: file.meta({ description: 'The certificate in PEM, and after it those that lead to its authority.' }),
  keyFile: file.meta({ description: 'Its key in PEM, without a password.' }),
  clientCaFile: file
    .optional()
    .meta({ description: 'The authority, in PEM, of the certificates that callers must show. Default: they need none.' }),
});

const tlsAbout =
  'The files for TLS, which are read again when they change. Beyond loopback tokens need it: `elsewhere` says that something before the manager ends TLS.';

const hostName = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, { error: 'must be a host name in lower case, without a port' });

const api = z.strictObject({
  hosts: z
    .array(hostName)
    .max(fixedManagerLimits.apiHosts.value)
    .default([])
    .meta({ description: 'Names that the API over HTTP answers to, beside loopback and the address that was dialled.' }),
});

const routing = z.strictObject({
  aliases: z
    .array(alias)
    .max(fixedManagerLimits.aliases.value)
    .default([...defaultAliases])
    .meta({ description: 'Further places where a key may stand, in the order in which they speak.' }),
});

const policy = z.strictObject({
  keyless: z.boolean().default(false).meta({
    description: 'Whether an intercept may do without a key. Its conditions then take the requests of people who do not know of it.',
  }),
  percent: z.boolean().default(false).meta({ description: 'Whether an intercept may take a share of the requests.' }),
});

const audit = z.strictObject({
  stdout: z.boolean().optional().meta({
    description:
      'Whether audit records go to standard output, one JSON object a line. Default: they do, except where `auth` lets callers claim any name.',
  }),
  otlp: z
    .strictObject({
      endpoint: z
        .string()
        .refine(isPlainUrl, { error: 'must be a URL such as "http://collector:4318", without a user, a password or a query' })
        .meta({
          description: 'Base URL of an OpenTelemetry collector that takes OTLP over HTTP: records are posted to `/v1/logs` below it.',
        }),
      headersFile: file.optional().meta({
        description: 'A file of header fields to send, one `Name: value` a line. It is read again for each batch, and never logged.',
      }),
    })
    .optional()
    .meta({ description: 'A collector that audit records go to as well.' }),
});

/** In a cluster, callers go on sending to a manager that was told to stop, until every node has heard of it. */
const limits = createLimits({ drainGraceMs: managerLimits.drainGraceMs.value, inCluster: false });
const clusterLimits = createLimits({ drainGraceMs: fixedManagerLimits.clusterDrainGraceMs.value, inCluster: true });

function createLimits({ drainGraceMs, inCluster }: { readonly drainGraceMs: number; readonly inCluster: boolean }) {
  const idleLifetime = limitDuration('idleLifetimeMs', { minMs: 0, ...(inCluster ? {} : { valueMs: 0 }) });
  return z
    .strictObject({
      hold: limitDuration('holdMs', { minMs: 0 }),
      heldPerIntercept: limitCount('heldPerIntercept'),
      lifetime: limitDuration('lifetimeMs'),
      awayLifetime: limitDuration('awayLifetimeMs'),
      expiryWarning: limitDuration('expiryWarningMs', { minMs: 0 }),
      idleLifetime: idleLifetime.refine((value) => inCluster || value === 0, { error: 'has a meaning only in a cluster' }),
      interceptsPerOwner: limitCount('interceptsPerOwner'),
      sessionsPerOwner: limitCount('sessionsPerOwner'),
      drainGrace: limitDuration('drainGraceMs', { minMs: 0, valueMs: drainGraceMs }),
    })
    .transform(({ hold, lifetime, awayLifetime, expiryWarning, idleLifetime, drainGrace, ...counts }) => ({
      ...counts,
      holdMs: hold,
      lifetimeMs: lifetime,
      awayLifetimeMs: awayLifetime,
      expiryWarningMs: expiryWarning,
      idleLifetimeMs: idleLifetime,
      drainGraceMs: drainGrace,
    }));
}

const head = {
  apiVersion: z.literal('switchyard.dev/v1').meta({ description: 'The version of this format.' }),
  kind: z.literal('Manager').meta({ description: 'What the file configures.' }),
};

/** The schema of `manager.yaml`: what is written there, as a `ManagerConfig`. */
export const managerSchema: z.ZodType<ManagerConfig> = z
  .strictObject({
    ...head,
    listen: listenAddress.prefault('127.0.0.1:7480').meta({
      description:
        'Where agents and command lines connect to. In a cluster by default `0.0.0.0:7480`, and its host is that of the router ports.',
    }),
    health: listenAddress.prefault('127.0.0.1:7481').meta({
      description: 'Where `/healthz`, `/readyz` and `/metrics` are served, to anybody who asks. In a cluster by default `0.0.0.0:7481`.',
    }),
    tls: z
      .union([tlsFiles, z.literal('elsewhere')])
      .optional()
      .meta({ description: tlsAbout }),
    auth: auth.prefault({ mode: 'none' }).meta({
      description:
        'How callers prove who they are. `none` believes the name that a caller claims, and is allowed on loopback only. Not allowed in a cluster.',
    }),
    api: api.prefault({}).meta({ description: 'The API over HTTP.' }),
    routing: routing.prefault({}).meta({ description: 'Where a key is looked for.' }),
    policy: policy.prefault({}).meta({ description: 'What may be intercepted by beside keys.' }),
    audit: audit.prefault({}).meta({ description: 'Where audit records go: who had which session and intercept, and who was refused.' }),
    limits: limits.prefault({}).meta({ description: 'Bounds that a team may want to be other ones. A count is from 1 to 100,000.' }),
    services: z
      .array(service)
      .min(1)
      .max(fixedManagerLimits.services.value)
      .optional()
      .meta({ description: 'The services whose traffic is routed: required, but not allowed in a cluster.' }),
  })
  .transform(({ services, tls, audit: sinks, ...rest }, context): ManagerConfig => {
    const { stdout = rest.auth.mode !== 'none', otlp } = sinks;
    if (services !== undefined) return { ...rest, tls, audit: { stdout, otlp }, services };
    context.addIssue({
      code: 'custom',
      path: ['services'],
      message: 'is missing: whose traffic is routed (only with --role all there is none)',
    });
    return z.NEVER;
  })
  .superRefine(checkConfig);

const peers = z.strictObject({
  listen: listenAddress.prefault('0.0.0.0:7483').meta({
    description: 'Where the other managers of the namespace connect to for sessions that this one has. All listen at the same port.',
  }),
  tokenFile: file.default('/var/run/secrets/switchyard.dev/peer/token').meta({
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
    tls: z.union([tlsFiles, z.literal('elsewhere')]).optional(),
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

/** What stands in a URL beside the address could be a secret, and the address is logged. */
function isPlainUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return /^https?:$/.test(url.protocol) && url.username === '' && url.password === '' && url.search === '' && url.hash === '';
}

function isAlias(text: string): boolean {
  try {
    parseAlias(text);
    return true;
  } catch {
    return false;
  }
}

function limitDuration(name: ManagerLimitName, { minMs, valueMs }: { readonly minMs?: number; readonly valueMs?: number } = {}) {
  const { value, about } = managerLimits[name];
  return duration(minMs === undefined ? {} : { minMs })
    .prefault(formatDuration(valueMs ?? value))
    .meta({ description: about });
}

function limitCount(name: ManagerLimitName) {
  const { value, about } = managerLimits[name];
  return z.number().int().min(1).max(100_000).default(value).meta({ description: about });
}
