import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apply, tryKubectl } from './support/cluster.ts';
import type { Developer } from './support/developer.ts';
import { evidence } from './support/evidence.ts';
import { conditionOf, get } from './support/objects.ts';
import type { Person } from './support/people.ts';
import { openStage, type Stage } from './support/stage.ts';
import { eventually } from './support/wait.ts';

let stage: Stage;
let alice: Developer & Person;

const http = { name: 'http', port: 80 };
/** What cannot be taken over, and the reason that everybody is told. */
const refused: readonly { readonly name: string; readonly reason: string; readonly spec: object }[] = [
  {
    name: 'udp',
    reason: 'UnsupportedProtocol',
    spec: { selector: { app: 'orders' }, ports: [http, { name: 'dns', port: 53, protocol: 'UDP' }] },
  },
  { name: 'local', reason: 'TrafficPolicyLocal', spec: { selector: { app: 'orders' }, ports: [http], internalTrafficPolicy: 'Local' } },
  {
    name: 'outside-local',
    reason: 'TrafficPolicyLocal',
    spec: { selector: { app: 'orders' }, ports: [http], type: 'NodePort', externalTrafficPolicy: 'Local' },
  },
  { name: 'early', reason: 'PublishesNotReady', spec: { selector: { app: 'orders' }, ports: [http], publishNotReadyAddresses: true } },
  { name: 'headless', reason: 'Headless', spec: { selector: { app: 'orders' }, ports: [http], clusterIP: 'None' } },
  { name: 'elsewhere', reason: 'ExternalName', spec: { type: 'ExternalName', externalName: 'shop.example', ports: [http] } },
  { name: 'by-hand', reason: 'NoSelector', spec: { ports: [http] } },
  { name: 'guarded', reason: 'NetworkPolicy', spec: { selector: { app: 'payments' }, ports: [http] } },
];

beforeAll(async () => {
  stage = await openStage('refusals');
  await apply(stage.namespace, [
    ...refused.map(({ name, spec }) => ({ apiVersion: 'v1', kind: 'Service', metadata: { name }, spec })),
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'guard' },
      spec: { podSelector: { matchLabels: { app: 'payments' } }, policyTypes: ['Ingress'], ingress: [{ from: [{ podSelector: {} }] }] },
    },
  ]);
  alice = await stage.developer('alice');
});
afterAll(async () => stage[Symbol.asyncDispose]());

describe.each(refused)('$name', ({ name, reason }) => {
  test(`is refused with the reason ${reason} in run, status and the condition`, async () => {
    const object = {
      apiVersion: 'switchyard.dev/v1alpha1',
      kind: 'Intercept',
      metadata: { name: `${name}.http.alice` },
      spec: { service: name, port: 'http', key: 'alice', owner: { user: alice.user } },
    };
    const created = await tryKubectl(['create', '-n', stage.namespace, '-f', '-'], {
      kubeconfig: alice.kubeconfig,
      input: JSON.stringify(object),
    });
    expect(created.stderr).toBe('');
    const accepted = await eventually('the condition', 20_000, async () =>
      conditionOf(await get(stage.namespace, 'intercept', object.metadata.name), 'Accepted'),
    );
    const status = await alice.intercept('status', name);
    const run = await alice.intercept('run', name, '--service-port', 'http', '--key', 'alice2', '--', 'true');
    evidence(`refusal ${reason}`, { service: name, condition: accepted.message, 'exit code of run': run.exitCode ?? -1 });
    expect(accepted).toMatchObject({ status: 'False', reason });
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toContain(accepted.message);
    expect(status.stdout).toContain(accepted.message);
    const service = await get(stage.namespace, 'service', name);
    expect(service.metadata.annotations?.['switchyard.dev/original']).toBeUndefined();
    expect((await tryKubectl(['get', 'intercept', `${name}.http.alice2`, '-n', stage.namespace])).exitCode).toBe(1);
  });
});
