import { createAgentKey, openAgent } from '@switchyard/agent';
import { parseRoutingKey, parseServiceName, silentLog } from '@switchyard/contract';
import { createSystemClock } from '@switchyard/runtime';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apply, kubectl, tryKubectl } from './support/cluster.ts';
import type { Developer } from './support/developer.ts';
import { evidence } from './support/evidence.ts';
import { openForward } from './support/forward.ts';
import { toServer } from './support/manifests.ts';
import { conditionOf, get } from './support/objects.ts';
import type { Person } from './support/people.ts';
import { openStage, type Stage } from './support/stage.ts';
import { eventually } from './support/wait.ts';

let stage: Stage;
let alice: Developer & Person;
/** Where the client pod's requests come from. */
let client: string;

beforeAll(async () => {
  stage = await openStage('network');
  await apply(stage.namespace, toServer('heard', ['node', '/e2e/heard.ts']));
  await kubectl(['rollout', 'status', '-n', stage.namespace, 'deployment/heard', '--timeout=60s']);
  alice = await stage.developer('alice');
  client = await kubectl(['get', 'pod', 'toolbox-0', '-n', stage.namespace, '-o', 'jsonpath={.status.podIP}']);
});
afterAll(async () => stage[Symbol.asyncDispose]());

interface Answer {
  /** What answered, where that is not the baseline. */
  readonly servedBy: string | null;
  readonly status: number;
  /** All that the baseline's connection heard, latin1. */
  readonly heard: string;
  /** By whom the baseline was called. */
  readonly from: string;
}

/** Asks the Service from the client pod, on a connection of its own. */
async function ask(headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  const source = `
    const response = await fetch('http://heard/', { headers: ${JSON.stringify({ ...headers, connection: 'close' })} });
    const text = await response.text();
    const body = text.startsWith('{"from"') ? JSON.parse(text) : { heard: '', from: '' };
    console.log(JSON.stringify({ ...body, status: response.status, servedBy: response.headers.get('x-intercept-served-by') }));`;
  const { heard, ...rest } = JSON.parse(await stage.toolbox.script(source)) as Answer;
  return { ...rest, heard: Buffer.from(heard, 'base64').toString('latin1') };
}

async function annotate(...annotations: readonly string[]): Promise<void> {
  await kubectl(['annotate', 'service', 'heard', '-n', stage.namespace, '--overwrite', ...annotations]);
}

describe('an intercepted service', () => {
  beforeAll(async () => {
    await alice.answer('heard', 'alice');
  });

  test('drops keys from outside as soon as its edge is untrusted, and takes them again when it is not', async () => {
    const before = await ask({ 'x-intercept-id': 'alice' });
    await annotate('switchyard.dev/edge=untrusted');
    const all = { 'x-intercept-id': 'alice', baggage: 'a=b,intercept=alice', cookie: 'intercept=alice; c=d' };
    const dropped = await eventually('the key to be dropped', 10_000, async () => {
      const answer = await ask(all);
      return answer.servedBy === null ? answer : undefined;
    });
    const status = await alice.intercept('status', 'heard');
    await annotate('switchyard.dev/edge-');
    const after = await eventually('the key to count again', 10_000, async () => {
      const answer = await ask(all);
      return answer.servedBy === null ? undefined : answer;
    });
    evidence('an untrusted edge', {
      'served by, trusted': String(before.servedBy),
      'served by, untrusted': String(dropped.servedBy),
      'what the baseline heard': JSON.stringify(dropped.heard),
      'served by, trusted again': String(after.servedBy),
    });
    expect(before.servedBy).toBe('alice@tunnel');
    expect(dropped).toMatchObject({ status: 200, servedBy: null });
    expect(dropped.heard).not.toMatch(/intercept/i);
    expect(dropped.heard).toMatch(/baggage: a=b\r\n/i);
    expect(dropped.heard).toMatch(/cookie: c=d\r\n/i);
    expect(status.stdout).toContain('switchyard.dev/edge: untrusted');
    expect(after.servedBy).toBe('alice@tunnel');
  });

  test('its pods learn the addresses of callers as it asks for, and nothing where it does not', async () => {
    const selection = ['-l', 'switchyard.dev/router=true', '-o', 'jsonpath={.items[*].status.podIP}'];
    const routers = (await kubectl(['get', 'pods', '-n', stage.namespace, ...selection])).split(' ');
    const without = await ask();
    await annotate('switchyard.dev/source-address=forwarded');
    const forwarded = await eventually('Forwarded to come', 10_000, async () => {
      const answer = await ask({ forwarded: 'for=192.0.2.7' });
      return answer.heard.includes(client) ? answer : undefined;
    });
    await annotate('switchyard.dev/source-address=proxy-protocol');
    const proxied = await eventually('the PROXY protocol to be spoken', 10_000, async () => {
      const answer = await ask();
      return answer.heard.startsWith('\r\n\r\n\0\r\nQUIT\n') ? answer : undefined;
    });
    await annotate('switchyard.dev/source-address-');
    const source = [...Buffer.from(proxied.heard.slice(16, 20), 'latin1')].join('.');
    evidence('source addresses', {
      'the caller': client,
      'who dials the baseline': without.from,
      'by Forwarded':
        /forwarded: .*/gi
          .exec(forwarded.heard)
          ?.input.match(/^forwarded: .*$/gim)
          ?.join(' | ') ?? '',
      'by the PROXY protocol': source,
    });
    expect(routers).toContain(without.from.replace('::ffff:', ''));
    expect(without.heard).not.toContain(client);
    expect(forwarded.heard.match(/^forwarded: .*$/gim)).toEqual(['forwarded: for=192.0.2.7', `Forwarded: for=${client}`]);
    expect(source).toBe(client);
    expect(proxied.heard.slice(28)).toMatch(/^GET \/ HTTP\/1\.1\r\n/);
  });
});

test('an annotation that nobody understands keeps a Service from being taken', async () => {
  await kubectl(['annotate', 'service', 'payments', '-n', stage.namespace, 'switchyard.dev/edge=outside']);
  const { exitCode, stderr } = await alice.intercept('run', 'payments', '--key', 'alice', '--', 'true');
  await kubectl(['annotate', 'service', 'payments', '-n', stage.namespace, 'switchyard.dev/edge-']);
  evidence('an annotation that nobody understands', { exitCode: String(exitCode), says: stderr.trim() });
  expect(stderr).toContain('its annotation switchyard.dev/edge is "outside", which is none of trusted, untrusted');
  expect(exitCode).not.toBe(0);
});

test('a Service behind a NetworkPolicy is refused until a policy allows it, and then everybody is told', async () => {
  const guarded = {
    podSelector: { matchLabels: { app: 'payments' } },
    policyTypes: ['Ingress'],
    ingress: [{ from: [{ podSelector: {} }] }],
  };
  const grant = { subjects: [{ kind: 'User', name: alice.user }], services: ['payments'], allowBehindNetworkPolicy: true };
  await apply(stage.namespace, [{ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'guard' }, spec: guarded }]);
  const refused = await alice.intercept('run', 'payments', '--key', 'alice', '--', 'true');
  await apply(stage.namespace, [
    { apiVersion: 'switchyard.dev/v1alpha1', kind: 'InterceptPolicy', metadata: { name: 'behind' }, spec: grant },
  ]);
  const run = await alice.answer('payments', 'alice');
  const status = await alice.intercept('status', 'payments');
  const log = await kubectl(['logs', '-n', stage.namespace, '-l', 'switchyard.dev/router=true', '--tail=-1']);
  // Without the policy it goes back to its pods.
  await kubectl(['delete', 'interceptpolicy', 'behind', '-n', stage.namespace]);
  await eventually('the Service to be given back', 60_000, async () => {
    const { spec } = (await get(stage.namespace, 'service', 'payments')) as unknown as {
      spec: { selector: Readonly<Record<string, string>> };
    };
    return spec.selector['app'] === 'payments' ? true : undefined;
  });
  await run.stop().catch(() => {});
  const told = log.split('\n').find((line) => line.includes('network_policy_bypassed')) ?? '';
  evidence('behind a NetworkPolicy', { 'without a policy': refused.stderr.trim(), 'the log says': told });
  expect(refused.stderr).toContain('NetworkPolicy guard restricts who may connect to its pods');
  expect(status.stdout).toContain('NetworkPolicy guard cannot tell who calls it through the routers');
  expect(told).toContain('"networkPolicy":"guard"');
});

describe('the router dials for nobody', () => {
  test('itself: a session through the port-forward comes from loopback, and the manager refuses its direct lane', async () => {
    const keyPair = createAgentKey();
    const object = {
      apiVersion: 'switchyard.dev/v1alpha1',
      kind: 'Intercept',
      metadata: { name: 'orders.http.mallory' },
      spec: { service: 'orders', port: 'http', key: 'mallory', owner: { user: alice.user }, publicKey: keyPair.publicKey, lane: 'Direct' },
    };
    await kubectl(['create', '-n', stage.namespace, '-f', '-'], { kubeconfig: alice.kubeconfig, input: JSON.stringify(object) });
    await using forward = await openForward(stage.namespace, 'service/switchyard-manager', 7480);
    const spec = {
      service: parseServiceName('orders'),
      port: 'http',
      key: parseRoutingKey('mallory'),
      match: [],
      sharedWith: [],
      joins: false,
      whenAway: 'fail',
      lifetimeMs: undefined,
      directPort: 7481,
    } as const;
    const opening = openAgent(
      { clock: createSystemClock(), log: silentLog },
      {
        url: new URL(`http://127.0.0.1:${forward.port}`),
        owner: alice.user,
        client: 'laptop',
        token: undefined,
        keyPair,
        intercepts: [{ spec, deliver: { host: '127.0.0.1', port: 1 } }],
        onEvent: () => {},
        signal: AbortSignal.timeout(30_000),
      },
    );
    const error = await opening.then(
      () => undefined,
      (reason: unknown) => reason as { readonly code: string; readonly message: string },
    );
    const told = await eventually('the object to say so', 20_000, async () => {
      const condition = conditionOf(await get(stage.namespace, 'intercept', 'orders.http.mallory'), 'SessionReady');
      return condition?.reason === 'TargetRefused' ? condition : undefined;
    });
    await kubectl(['delete', 'intercept', 'orders.http.mallory', '-n', stage.namespace]);
    evidence('direct to loopback', {
      'refused by': 'the manager',
      code: error?.code ?? '',
      says: error?.message ?? '',
      condition: told.reason,
    });
    expect(error).toMatchObject({ code: 'not_allowed' });
    expect(error?.message).toContain('it is a loopback address');
    expect(told).toMatchObject({ status: 'False', reason: 'TargetRefused' });
  });

  const metadata = '169.254.169.254';
  /** What a developer with `edit` may write that names an address, and who keeps it from being dialled. */
  const attempts = [
    { what: 'a target in the object', refuses: /unknown field "spec\.target"/, kind: 'intercept' },
    { what: 'the status of a pod of their own', refuses: /Forbidden|forbidden/, kind: 'pod-status' },
    { what: 'an EndpointSlice beside the shadow’s', refuses: /Forbidden|forbidden/, kind: 'slice' },
  ] as const;

  test.for(attempts.flatMap((attempt) => [metadata, '127.0.0.1', 'the API server'].map((address) => ({ ...attempt, address }))))(
    '$address by $what: the API server refuses it',
    async ({ what, refuses, kind, address: named }) => {
      const address = named === 'the API server' ? await findApiServer() : named;
      const { exitCode, stderr } = await attemptBy(kind, address);
      evidence(`${named} by ${what}`, { 'refused by': 'the API server', says: stderr.trim().split('\n')[0] ?? '' });
      expect(exitCode).not.toBe(0);
      expect(stderr).toMatch(refuses);
    },
  );

  test('an ExternalName: the manager refuses it', async () => {
    await apply(stage.namespace, [
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'metadata' },
        spec: { type: 'ExternalName', externalName: 'metadata.google.internal', ports: [{ name: 'http', port: 80 }] },
      },
    ]);
    const { exitCode, stderr } = await alice.intercept('run', 'metadata', '--key', 'alice', '--', 'true');
    evidence('metadata by an ExternalName', { 'refused by': 'the manager', says: stderr.trim() });
    expect([exitCode === 0, stderr]).toEqual([false, expect.stringContaining('cannot be intercepted')]);
  });

  test('loopback and metadata by an administrator’s EndpointSlice: the API server refuses it', async () => {
    for (const address of [metadata, '127.0.0.1']) {
      const { exitCode, stderr } = await tryKubectl(['create', '-n', stage.namespace, '-f', '-'], {
        input: JSON.stringify(toSlice(address)),
      });
      evidence(`${address} by an administrator`, { 'refused by': 'the API server', says: stderr.trim().split('\n').at(-1) ?? '' });
      expect([exitCode === 0, stderr]).toEqual([false, expect.stringMatching(/may not be in the (loopback|link-local) range/)]);
    }
  });

  async function findApiServer(): Promise<string> {
    return kubectl(['get', 'service', 'kubernetes', '-n', 'default', '-o', 'jsonpath={.spec.clusterIP}']);
  }

  function toSlice(address: string): object {
    return {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: 'orders-mallory', labels: { 'kubernetes.io/service-name': 'orders' } },
      addressType: 'IPv4',
      endpoints: [{ addresses: [address] }],
      ports: [{ name: 'http', port: 80 }],
    };
  }

  async function attemptBy(kind: (typeof attempts)[number]['kind'], address: string): ReturnType<typeof tryKubectl> {
    const options = { kubeconfig: alice.kubeconfig };
    if (kind === 'pod-status') {
      const patch = JSON.stringify({ status: { podIP: address, podIPs: [{ ip: address }] } });
      return tryKubectl(['patch', 'pod', 'toolbox-0', '-n', stage.namespace, '--subresource=status', '--type=merge', '-p', patch], options);
    }
    const object =
      kind === 'slice'
        ? toSlice(address)
        : {
            apiVersion: 'switchyard.dev/v1alpha1',
            kind: 'Intercept',
            metadata: { name: 'orders.http.mallory' },
            spec: {
              service: 'orders',
              port: 'http',
              key: 'mallory',
              owner: { user: alice.user },
              lane: 'Direct',
              target: { host: address, port: 443 },
            },
          };
    return tryKubectl(['create', '--validate=strict', '-n', stage.namespace, '-f', '-'], { ...options, input: JSON.stringify(object) });
  }
});
