import { listenAddress, z } from '@switchyard/config';
import { fixedManagerLimits } from '../limits.ts';
import { checkConfig } from './checks.ts';
import { api, tls } from './fields/api.ts';
import { audit } from './fields/audit.ts';
import { head } from './fields/head.ts';
import { limits } from './fields/limits.ts';
import { routing } from './fields/routing.ts';
import { service } from './fields/service.ts';
import { tokenAuth } from './fields/token-auth.ts';
import type { ManagerConfig } from './manager-config.ts';

const policy = z.strictObject({
  keyless: z.boolean().default(false).meta({
    description: 'Whether an intercept may do without a key. Its conditions then take the requests of people who do not know of it.',
  }),
  percent: z.boolean().default(false).meta({ description: 'Whether an intercept may take a share of the requests.' }),
});

const tlsAbout =
  'The files for TLS, which are read again when they change. Beyond loopback tokens need it: `elsewhere` says that something before the manager ends TLS.';

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
    tls: tls.optional().meta({ description: tlsAbout }),
    auth: tokenAuth.prefault({ mode: 'none' }).meta({
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
