import {
  intercepts,
  managerName,
  originalAnnotation,
  pods,
  routedServices,
  services,
  shadowLabel,
  toShadowName,
  type Service,
} from '@switchyard/kube';
import { openFakeKubernetes, type FakeKubernetes } from '@switchyard/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runInProcess, type Outcome } from './run-in-process.ts';
import { foreignIntercept } from './test-cluster.ts';

let kubernetes: FakeKubernetes;
beforeEach(async () => {
  kubernetes = await openFakeKubernetes({ user: { username: 'ops@corp.example' } });
  const service = (name: string, metadata: Partial<Service['metadata']> = {}): Service => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, ...metadata },
    spec: { selector: { app: name }, ports: [{ port: 80 }] },
  });
  kubernetes.put(service('untouched'));
  kubernetes.put(service('orders', { annotations: { [originalAnnotation]: '{}' } }));
  kubernetes.put(service(toShadowName('orders'), { labels: { [shadowLabel]: 'orders' } }));
  kubernetes.put({
    apiVersion: 'switchyard.dev/v1alpha1',
    kind: 'RoutedService',
    metadata: { name: 'orders' },
    spec: { ports: [], shadow: toShadowName('orders') },
  } as never);
  const expired = foreignIntercept('orders.http.bob', 'bob', false);
  kubernetes.put({ ...expired, status: { expiresAt: '2020-01-01T00:00:00Z' } });
  kubernetes.put(foreignIntercept('orders.http.carol', 'carol', false));
});
afterEach(() => kubernetes[Symbol.asyncDispose]());

function gc(...argv: readonly string[]): Promise<Outcome> {
  return runInProcess(['admin', 'gc', ...argv], { env: { KUBECONFIG: kubernetes.kubeconfig } });
}

function everything(): unknown {
  return [services, routedServices, intercepts].map((type) => kubernetes.list(type as typeof services));
}

test('what a manager that is gone left behind is named with why, and removed; nothing else is touched', async () => {
  const before = everything();
  const rehearsed = await gc('--dry-run', '-o', 'json');
  expect(rehearsed.code).toBe(0);
  expect(JSON.parse(rehearsed.stdout)).toMatchObject({
    managed: false,
    dryRun: true,
    removed: [
      { what: 'Service', name: 'orders', why: expect.stringContaining('no router is there') },
      { what: 'shadow Service', name: toShadowName('orders'), why: expect.stringContaining('it stands in for orders') },
      { what: 'RoutedService', name: 'orders' },
      { what: 'Intercept', name: 'orders.http.bob', why: 'that of bob expired at 2020-01-01T00:00:00.000Z' },
      { what: 'Intercept', name: 'orders.http.carol', why: 'no manager serves that of carol' },
    ],
  });
  expect(everything()).toEqual(before);
  expect(await gc()).toMatchObject({ code: 2, stderr: expect.stringContaining('nobody at a terminal can be asked') });
  expect(everything()).toEqual(before);
  expect(await gc('--yes')).toMatchObject({ code: 0, stdout: expect.stringContaining('removed, or given back') });
  expect(kubernetes.list(services).map(({ metadata }) => metadata.name)).toEqual(['orders', 'untouched']);
  expect(kubernetes.get(services, 'orders')?.metadata.annotations ?? {}).toEqual({});
  expect([...kubernetes.list(routedServices), ...kubernetes.list(intercepts)]).toEqual([]);
  expect(await gc('--yes')).toMatchObject({ code: 0, stdout: 'nothing is left in shop\n' });
});

test.for<readonly [string, () => void]>([
  [
    'a manager is there, or comes',
    () => void kubernetes.put({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: managerName }, spec: {} } as never),
  ],
  [
    'a router still runs',
    () =>
      void kubernetes.put({
        apiVersion: 'v1',
        kind: pods.kind,
        metadata: { name: 'r', labels: { 'switchyard.dev/router': 'true' } },
        spec: {},
        status: { phase: 'Running' },
      } as never),
  ],
])('where %s, nothing is touched', async ([, prepare]) => {
  prepare();
  const before = everything();
  expect(await gc('--yes')).toMatchObject({ code: 0, stdout: 'shop has a manager, which cleans up itself: nothing was looked for\n' });
  expect(everything()).toEqual(before);
});

/** Does `act` when the fake API server is first asked for `path`. */
function whenAsked(path: string, act: () => void): void {
  let done = false;
  kubernetes.refuse = (request) => {
    if (!done && request.path.endsWith(path)) {
      done = true;
      act();
    }
    return undefined;
  };
}

test('a manager that comes while somebody thinks about it keeps all that there is', async () => {
  const before = everything();
  const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: managerName }, spec: {} } as never;
  whenAsked('/intercepts', () => void kubernetes.put(deployment));
  expect(await gc('--yes')).toMatchObject({ code: 5, stderr: expect.stringContaining('A manager has come to shop meanwhile') });
  expect(everything()).toEqual(before);
});

test('an intercept that a manager has written to meanwhile stays', async () => {
  const carols = { ...foreignIntercept('orders.http.carol', 'carol', false), status: { expiresAt: '2040-01-01T00:00:00Z' } };
  whenAsked('/intercepts/orders.http.bob', () => void kubernetes.put(carols));
  expect(await gc('--yes')).toMatchObject({ stderr: expect.stringContaining('orders.http.carol') });
  expect(kubernetes.list(intercepts).map(({ metadata }) => metadata.name)).toEqual(['orders.http.carol']);
});
