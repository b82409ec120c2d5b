import { setImmediate } from 'node:timers/promises';
import type { Collection, Intercept, KubeObject, Pod } from '@switchyard/kube';
import { createFakeClock } from '@switchyard/testkit';
import { expect, test } from 'vitest';
import { createManagerPod, createReadyManagerPod } from '../../test/objects.ts';
import { untilMoved } from './until-moved.ts';

/** Objects that a test changes. */
class Shelf<T extends KubeObject> implements Pick<Collection<T>, 'objects' | 'onChange'> {
  readonly listeners = new Set<() => void>();
  objects: ReadonlyMap<string, T> = new Map();

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  onDelete(): () => void {
    return () => {};
  }

  put(object: T): void {
    this.objects = new Map(this.objects).set(object.metadata.name, object);
    for (const listener of this.listeners) listener();
  }
}

function createIntercept(name: string, router: string, isReady: boolean): Intercept {
  const condition = {
    type: 'SessionReady',
    status: isReady ? 'True' : 'False',
    reason: isReady ? 'SessionReady' : 'SessionLost',
    message: '',
    lastTransitionTime: '2026-01-01T00:00:00Z',
  } as const;
  const spec = { service: 'orders', port: 'http', key: name, owner: { user: 'alice' } };
  return {
    apiVersion: 'switchyard.dev/v1alpha1',
    kind: 'Intercept',
    metadata: { name },
    spec,
    status: { router, conditions: [condition] },
  };
}

function createBench() {
  const deps = { clock: createFakeClock(), pods: new Shelf<Pod>(), intercepts: new Shelf<Intercept>() };
  deps.pods.put(createReadyManagerPod('next', '10.0.0.2'));
  const wait = { over: false };
  const begin = (): void => void untilMoved(deps, 'self', 60_000).then(() => (wait.over = true));
  return { ...deps, wait, begin };
}

test('a manager that stops waits until the last of its sessions is with another one', async () => {
  const { clock, pods, intercepts, wait, begin } = createBench();
  for (const key of ['alice', 'bob']) intercepts.put(createIntercept(key, 'self', true));
  begin();
  intercepts.put(createIntercept('alice', 'next', true));
  await setImmediate();
  expect(wait.over).toBe(false);
  intercepts.put(createIntercept('bob', 'next', true));
  await setImmediate();
  expect([wait.over, clock.pending, pods.listeners.size, intercepts.listeners.size]).toEqual([true, 0, 0, 0]);
});

test('it waits for nobody who is away, and not where there is no other manager', async () => {
  const away = createBench();
  away.intercepts.put(createIntercept('alice', 'self', false));
  away.begin();
  const alone = createBench();
  alone.intercepts.put(createIntercept('alice', 'self', true));
  alone.begin();
  await setImmediate();
  expect([away.wait.over, alone.wait.over]).toEqual([true, false]);
  alone.pods.put(createManagerPod('next', '10.0.0.2'));
  await setImmediate();
  expect(alone.wait.over).toBe(true);
});

test('a session that stays does not keep it for ever', async () => {
  const { clock, intercepts, wait, begin } = createBench();
  intercepts.put(createIntercept('alice', 'self', true));
  begin();
  clock.advance(60_000);
  await setImmediate();
  expect(wait.over).toBe(true);
});
