import type { Intercept, InterceptPolicy, RoutedService } from '@switchyard/kube';

/** `T` with every optional field there, at every depth. */
type Full<T> = T extends readonly (infer Element)[]
  ? readonly Full<Element>[]
  : T extends object
    ? { readonly [Field in keyof T]-?: Full<Exclude<T[Field], undefined>> }
    : T;

function everyText(name: string) {
  return { name, exact: 'blue', prefix: 'blue', regex: 'blue|green', present: true } as const;
}

/** An intercept with every field that the type has: a new field does not compile until it stands here. */
export const fullIntercept: Full<Pick<Intercept, 'spec' | 'status'>> = {
  spec: {
    service: 'orders',
    port: 'http',
    key: 'alice',
    match: [
      {
        allOf: [
          {
            header: everyText('x-team'),
            path: { exact: '/orders', prefix: '/orders', regex: '/orders/.*' },
            method: 'GET',
            query: everyText('debug'),
            cookie: everyText('canary'),
            percent: 12.5,
          },
        ],
      },
    ],
    shareWith: ['bob@example.com'],
    join: true,
    owner: { user: 'alice@example.com', groups: ['team-blue'] },
    actor: { kind: 'Agent', onBehalfOf: 'alice' },
    client: 'laptop',
    publicKey: Buffer.alloc(32, 7).toString('base64'),
    whenAway: 'Fail',
    lane: 'Tunnel',
    lifetimeSeconds: 28_800,
    renewals: 2,
  },
  status: {
    conditions: [
      {
        type: 'Accepted',
        status: 'True',
        reason: 'Accepted',
        message: 'The service can be routed.',
        lastTransitionTime: '2026-01-01T00:00:00Z',
        observedGeneration: 1,
      },
    ],
    expiresAt: '2026-01-01T08:00:00Z',
    lastUsedAt: '2030-01-01T00:00:00Z',
    renewals: 1,
    router: 'switchyard-manager-1',
    address: '10.0.0.7:8080',
    routedSince: '2026-01-01T00:00:01Z',
  },
};

/** A routed service with every field that the type has. */
export const fullRoutedService: Full<Pick<RoutedService, 'spec' | 'status'>> = {
  spec: {
    ports: [{ name: 'http', port: 80, routerPort: 10_000, protocol: 'auto' }],
    warm: true,
    shadow: 'swy-0123456789abcdef',
    clientAffinity: true,
  },
  status: {
    phase: 'Routed',
    routedSince: '2026-01-01T00:00:01Z',
    original: {
      uid: '00000000-0000-4000-8000-000000000000',
      selector: { app: 'orders' },
      ports: [{ port: 80, targetPort: 'http', routerPort: 10_000 }],
      managedFields: [
        {
          manager: 'kubectl-client-side-apply',
          operation: 'Update',
          apiVersion: 'v1',
          time: '2026-01-01T00:00:00Z',
          fieldsType: 'FieldsV1',
          fieldsV1: { 'f:spec': { 'f:selector': {} } },
          subresource: 'status',
        },
      ],
    },
    routers: { 'switchyard-manager-1': { serving: false, observedGeneration: 1, message: 'Port 10000 is taken.' } },
    retakes: ['2026-01-01T00:00:31Z'],
    conditions: [
      {
        type: 'Ready',
        status: 'True',
        reason: 'Routed',
        message: 'Traffic passes through the router.',
        lastTransitionTime: '2026-01-01T00:00:01Z',
        observedGeneration: 1,
      },
    ],
  },
};

/** A policy with every field that the type has. */
export const fullPolicy: Full<Pick<InterceptPolicy, 'spec'>> = {
  spec: {
    subjects: [
      { kind: 'Group', name: 'developers', namespace: 'of service accounts only' },
      { kind: 'ServiceAccount', name: 'ci', namespace: 'ci' },
    ],
    services: ['orders', 'payments-*'],
    modes: ['Intercept', 'Mirror'],
    matchKinds: ['Key', 'Header', 'Path'],
    targets: ['Tunnel', 'Url'],
    urls: ['https://preview.example.com'],
    connect: [{ host: '*.example.com', cidr: '10.0.0.0/8', ports: [443] }],
    lifetime: { defaultSeconds: 3600, maxSeconds: 28_800 },
    interceptsPerUser: 4,
    interceptsPerService: 8,
    schedule: { timeZone: 'Europe/Zurich', days: ['Mon', 'Fri'], from: '08:00', to: '24:00' },
    approval: 'Required',
    conditions: [{ expression: "'staff' in groups", message: 'only staff may' }],
    allowBehindNetworkPolicy: true,
  },
};
