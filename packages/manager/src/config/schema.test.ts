import { parseDocument } from '@switchyard/config';
import { InterceptError } from '@switchyard/contract';
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { clusterSchema } from './cluster-schema.ts';
import { managerSchema } from './schema.ts';

const head = 'apiVersion: switchyard.dev/v1\nkind: Manager\n';
const orders = 'services:\n  - name: orders\n    ports:\n      - { name: http, listen: 127.0.0.1:18081, origin: 127.0.0.1:28081 }\n';
const hash = `sha256:${'0'.repeat(64)}`;

function mistakesOf(text: string): readonly string[] {
  try {
    parseDocument(text, 'manager.yaml', managerSchema);
    return [];
  } catch (error) {
    if (!(error instanceof InterceptError) || error.code !== 'bad_config') throw error;
    const lines = error.message.split('\n').map((line) => line.trim());
    return lines.filter((line) => line.startsWith('manager.yaml:'));
  }
}

test('a short file gets the documented defaults', () => {
  expect(parseDocument(head + orders, 'manager.yaml', managerSchema)).toMatchObject({
    listen: { host: '127.0.0.1', port: 7480 },
    health: { host: '127.0.0.1', port: 7481 },
    auth: { mode: 'none' },
    routing: { aliases: ['kubernetes-route-as'] },
    policy: { keyless: false, percent: false },
    audit: { stdout: false, otlp: undefined },
    limits: {
      holdMs: 10_000,
      heldPerIntercept: 64,
      lifetimeMs: 28_800_000,
      awayLifetimeMs: 300_000,
      expiryWarningMs: 600_000,
      interceptsPerOwner: 256,
      sessionsPerOwner: 32,
      drainGraceMs: 10_000,
    },
    services: [
      {
        name: 'orders',
        entry: false,
        edge: 'trusted',
        sourceAddress: 'none',
        ports: [
          { name: 'http', listen: { host: '127.0.0.1', port: 18_081 }, origin: { host: '127.0.0.1', port: 28_081 }, protocol: 'auto' },
        ],
      },
    ],
  });
});

test('every setting can be written', () => {
  const text = `${head}listen: 0.0.0.0:7480\nhealth: "[::1]:0"
tls: { certFile: tls.crt, keyFile: tls.key, clientCaFile: clients.crt }
auth: { mode: token, users: [{ name: alice, token: "${hash}" }] }
routing: { aliases: [X-Team] }
policy: { keyless: true }
limits: { hold: 0s, heldPerIntercept: 1, lifetime: 30m, awayLifetime: 1m30s, expiryWarning: 5m, interceptsPerOwner: 2, sessionsPerOwner: 3, drainGrace: 500ms }
services: [{ name: web, entry: true, edge: untrusted, ports: [{ name: http, listen: "0.0.0.0:1", origin: "web.internal:80", protocol: http }] }]\n`;
  expect(parseDocument(text, 'manager.yaml', managerSchema)).toMatchObject({
    tls: { certFile: 'tls.crt', keyFile: 'tls.key', clientCaFile: 'clients.crt' },
    auth: { mode: 'token', users: [{ name: 'alice', token: hash }] },
    routing: { aliases: ['X-Team'] },
    policy: { keyless: true, percent: false },
    limits: { holdMs: 0, lifetimeMs: 1_800_000, awayLifetimeMs: 90_000, sessionsPerOwner: 3, drainGraceMs: 500 },
    services: [{ entry: true, edge: 'untrusted', ports: [{ protocol: 'http' }] }],
  });
});

test('the example is right', async () => {
  const text = await readFile(new URL('../../../../examples/standalone/manager.yaml', import.meta.url), 'utf8');
  expect(mistakesOf(text)).toEqual([]);
});

const cases: readonly (readonly [name: string, text: string, mistakes: readonly string[]])[] = [
  ['an empty file', '', ['manager.yaml:1:1: the document must be a map']],
  [
    'a key that is nearly right',
    `${head}services:\n  - name: orders\n    ports:\n      - name: http\n        listen: 127.0.0.1:18081\n        orgin: 127.0.0.1:28081\n`,
    [
      'manager.yaml:6:9: services[0].ports[0].origin is missing',
      'manager.yaml:8:9: unknown key "orgin" in services[0].ports[0]; did you mean "origin"?',
    ],
  ],
  [
    'tokens that would cross the network in plaintext',
    `${head}listen: 0.0.0.0:7480\nauth: { mode: token, users: [{ name: alice, token: "${hash}" }] }\n${orders}`,
    [
      'manager.yaml:3:9: listen is 0.0.0.0:7480, which other machines can reach, and tokens would come in plaintext; name a certificate under tls, or write "tls: elsewhere" where something before the manager ends TLS',
    ],
  ],
  [
    'tokens where something before the manager ends TLS',
    `${head}listen: 0.0.0.0:7480\ntls: elsewhere\nauth: { mode: token, users: [{ name: alice, token: "${hash}" }] }\n${orders}`,
    [],
  ],
  ['a certificate without its key', `${head}tls: { certFile: tls.crt }\n${orders}`, ['manager.yaml:3:1: tls.keyFile is missing']],
  [
    'an unknown limit',
    `${head}limits: { holds: 10s }\n${orders}`,
    ['manager.yaml:3:11: unknown key "holds" in limits; did you mean "hold"?'],
  ],
  [
    'an unknown auth mode',
    `${head}auth: { mode: tokn }\n${orders}`,
    ['manager.yaml:3:15: auth.mode must be "none" or "token"; did you mean "token"?'],
  ],
  ['a listen that is no HOST:PORT', `${head}listen: 7480\n${orders}`, ['manager.yaml:3:9: listen must be a string']],
  [
    'a port out of range',
    `${head}listen: 127.0.0.1:74800\n${orders}`,
    ['manager.yaml:3:9: listen must be HOST:PORT with a port from 0 to 65535, such as 127.0.0.1:8080'],
  ],
  [
    'a bad duration',
    `${head}limits: { hold: 10 seconds }\n${orders}`,
    ['manager.yaml:3:17: limits.hold must be a duration such as 8h, 1h30m, 10s or 250ms'],
  ],
  [
    'a port name without a letter',
    `${head}services: [{ name: a, ports: [{ name: "80", listen: "127.0.0.1:1", origin: "127.0.0.1:2" }] }]\n`,
    ['manager.yaml:3:39: services[0].ports[0].name must have a letter, so that it is not taken for a number'],
  ],
  [
    'duplicate names and listeners, all of them shown',
    `${head}services:
  - { name: orders, ports: [{ name: http, listen: "127.0.0.1:1", origin: "127.0.0.1:2" }, { name: http, listen: "127.0.0.1:3", origin: "127.0.0.1:4" }] }
  - { name: orders, ports: [{ name: http, listen: "localhost:1", origin: "127.0.0.1:2" }] }
  - { name: web, ports: [{ name: http, listen: "0.0.0.0:7481", origin: "127.0.0.1:2" }] }\n`,
    [
      'manager.yaml:4:99: services[0].ports[1].name "http" is the name of ports[0] already',
      'manager.yaml:5:13: services[1].name "orders" is the name of services[0] already',
      'manager.yaml:5:51: services[1].ports[0].listen is taken: orders/http listens at 127.0.0.1:1',
      'manager.yaml:6:48: services[2].ports[0].listen is taken: health listens at 127.0.0.1:7481',
    ],
  ],
  [
    'a port that would call itself',
    `${head}services: [{ name: a, ports: [{ name: http, listen: "0.0.0.0:81", origin: "localhost:81" }] }]\n`,
    ['manager.yaml:3:75: services[0].ports[0].origin is where this port itself listens; requests would go round in circles'],
  ],
  [
    'a port that would call another listener of this manager',
    `${head}services:
  - { name: a, ports: [{ name: http, listen: "0.0.0.0:81", origin: "127.0.0.1:82" }] }
  - { name: b, ports: [{ name: http, listen: "127.0.0.1:82", origin: "localhost:81" }] }
  - { name: c, ports: [{ name: http, listen: "127.0.0.1:83", origin: "127.0.0.1:7480" }] }\n`,
    [
      'manager.yaml:4:68: services[0].ports[0].origin is where b/http listens; a request without a key must end at a workload, not at this manager',
      'manager.yaml:5:70: services[1].ports[0].origin is where a/http listens; a request without a key must end at a workload, not at this manager',
      'manager.yaml:6:70: services[2].ports[0].origin is where the manager itself (listen) listens; a request without a key must end at a workload, not at this manager',
    ],
  ],
  [
    'an origin of the same number on another machine, which is fine',
    `${head}services: [{ name: a, ports: [{ name: http, listen: "0.0.0.0:81", origin: "web.internal:81" }] }]\n`,
    [],
  ],
  [
    'auth none where other machines reach it',
    `${head}listen: 0.0.0.0:7480\n${orders}`,
    [
      'manager.yaml:3:9: listen is 0.0.0.0:7480, which other machines can reach, while auth mode "none" believes any name that a caller claims; listen at 127.0.0.1:7480, or set auth mode to "token"',
    ],
  ],
  [
    'a token in the place of its hash, which is not repeated',
    `${head}auth: { mode: token, users: [{ name: alice, token: hunter2 }] }\n${orders}`,
    [
      'manager.yaml:3:52: auth.users[0].token must be "sha256:" and 64 lower-case hexadecimal digits; `switchyard-manager hash-token` makes it from a token',
    ],
  ],
  [
    'one token for two users',
    `${head}auth: { mode: token, users: [{ name: a, token: "${hash}" }, { name: b, token: "${hash}" }] }\n${orders}`,
    ['manager.yaml:3:143: auth.users[1].token is the token of auth.users[0] already; make one for each user'],
  ],
  ['broken YAML', `${head}services: [\n`, ['manager.yaml:4:1: a bracket is not closed, or what follows it is not indented enough']],
];

test.for(cases)('%s', ([, text, mistakes]) => {
  expect(mistakesOf(text)).toEqual(mistakes);
});

test.for([
  [
    'services [manager.services]',
    1_000,
    (length: number) => `services: [${repeat(length, (index) => `{ name: s-${index}, ports: [${toPort(index)}] }`)}]`,
  ],
  ['ports [manager.portsPerService]', 64, (length: number) => `services: [{ name: orders, ports: [${repeat(length, toPort)}] }]`],
  [
    'aliases [manager.aliases]',
    16,
    (length: number) => `routing: { aliases: [${repeat(length, (index) => `x-team-${index}`)}] }\n${orders}`,
  ],
  ['names [manager.apiHosts]', 32, (length: number) => `api: { hosts: [${repeat(length, (index) => `m${index}.corp`)}] }\n${orders}`],
] as const)('a list of too many %s is refused', ([, most, toText]) => {
  expect(mistakesOf(head + toText(most))).toEqual([]);
  expect(mistakesOf(head + toText(most + 1))).toEqual([expect.stringMatching(new RegExp(`at most ${most} `))]);
});

function repeat(length: number, toItem: (index: number) => string): string {
  return Array.from({ length }, (_, index) => toItem(index)).join(', ');
}

function toPort(index: number): string {
  return `{ name: p-${index}, listen: "127.0.0.1:${20_000 + index}", origin: "127.0.0.1:${40_000 + index}" }`;
}

test.for(['127.0.0.1', '127.1.2.3', '[::1]', 'localhost'])('auth none may listen at %s', (host) => {
  expect(mistakesOf(`${head}listen: "${host}:7480"\n${orders}`)).toEqual([]);
});

test.for(['[::]', '10.0.0.1', '127.example.org', 'manager'])('auth none may not listen at %s', (host) => {
  expect(mistakesOf(`${head}listen: "${host}:7480"\n${orders}`)).toHaveLength(1);
});

test('in a cluster a file with nothing in it is enough, and the manager listens at every address [manager.clusterDrainGraceMs]', () => {
  expect(parseDocument(head, 'manager.yaml', clusterSchema)).toEqual({
    listen: { host: '0.0.0.0', port: 7480 },
    health: { host: '0.0.0.0', port: 7481 },
    peers: { listen: { host: '0.0.0.0', port: 7483 }, tokenFile: '/var/run/secrets/switchyard.dev/peer/token' },
    api: { hosts: [] },
    auth: { serviceAccounts: { audience: 'switchyard', namespaces: [] }, oidc: undefined },
    audit: { stdout: true, otlp: undefined },
    routing: { aliases: ['kubernetes-route-as'] },
    limits: expect.objectContaining({ holdMs: 10_000, drainGraceMs: 60_000 }),
  });
});

test('in a cluster, limits and aliases apply; services and the ways to sign in without one have no place', () => {
  const text = `${head}routing: { aliases: [X-Team] }\nlimits: { drainGrace: 5s }\n`;
  expect(parseDocument(text, 'manager.yaml', clusterSchema)).toMatchObject({
    routing: { aliases: ['X-Team'] },
    limits: { drainGraceMs: 5_000 },
  });
  expect(() => parseDocument(`${head}auth: { mode: none }\n${orders}`, 'manager.yaml', clusterSchema)).toThrow(
    expect.objectContaining({
      code: 'bad_config',
      message: expect.stringMatching(
        /manager\.yaml:3:9: unknown key "mode" in auth; known here: serviceAccounts, oidc\n.*manager\.yaml:5:3: services has no place/,
      ),
    }),
  );
  expect(() => parseDocument(`${head}policy: { keyless: true }\n`, 'manager.yaml', clusterSchema)).toThrow(/InterceptPolicies say/);
});

test('audit records go to standard output where callers prove who they are; a collector is an address without secrets', () => {
  const read = (text: string): unknown => parseDocument(`${head}${text}`, 'manager.yaml', clusterSchema).audit;
  expect(read('audit: { stdout: false, otlp: { endpoint: "https://collector:4318", headersFile: /etc/otlp } }\n')).toEqual({
    stdout: false,
    otlp: { endpoint: 'https://collector:4318', headersFile: '/etc/otlp' },
  });
  for (const endpoint of ['collector:4318', 'ftp://collector', 'http://user:secret@collector', 'http://collector/?token=secret', '']) {
    expect(() => read(`audit: { otlp: { endpoint: "${endpoint}" } }\n`)).toThrow('must be a URL');
  }
});

const provider = 'issuer: "https://accounts.example.com", clientId: intercept, usernamePrefix: "people:"';

test('in a cluster, people may sign in at a provider, and accounts of other namespaces prove themselves', () => {
  const text = `${head}tls: elsewhere\nauth: { serviceAccounts: { namespaces: [ci] }, oidc: { ${provider} } }\n`;
  expect(parseDocument(text, 'manager.yaml', clusterSchema).auth).toEqual({
    serviceAccounts: { audience: 'switchyard', namespaces: ['ci'] },
    oidc: {
      issuer: 'https://accounts.example.com',
      clientId: 'intercept',
      audience: 'intercept',
      scopes: [],
      usernameClaim: 'sub',
      usernamePrefix: 'people:',
      groupsClaim: undefined,
      groupsPrefix: '',
      caFile: undefined,
    },
  });
});

test.for<[string, string, string]>([
  [
    'that would send tokens in plaintext',
    `auth: { oidc: { ${provider} } }`,
    'auth.oidc needs tls: tokens of people would come in plaintext',
  ],
  [
    'without a prefix, as nobody thought of one',
    'tls: elsewhere\nauth: { oidc: { issuer: "https://a.example", clientId: i } }',
    'usernamePrefix',
  ],
  ['that is not asked safely', `tls: elsewhere\nauth: { oidc: { ${provider.replace('https', 'http')} } }`, 'must be a URL of https'],
  ['whose groups have no prefix', `tls: elsewhere\nauth: { oidc: { ${provider}, groupsClaim: groups } }`, 'groupsPrefix is missing'],
])('in a cluster a provider is refused %s', ([, text, words]) => {
  expect(() => parseDocument(`${head}${text}\n`, 'manager.yaml', clusterSchema)).toThrow(words);
});
