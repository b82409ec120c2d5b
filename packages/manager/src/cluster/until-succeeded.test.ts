import { createFakeClock } from '@switchyard/testkit';
import type { Collection, Pod } from '@switchyard/kube';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createManagerPod, createReadyManagerPod } from '../../test/objects.ts';
import { untilSucceeded } from './until-succeeded.ts';

function createBench(...initial: readonly Pod[]) {
  const clock = createFakeClock();
  const listeners = new Set<() => void>();
  let objects = new Map(initial.map((pod) => [pod.metadata.name, pod]));
  const pods: Collection<Pod> = {
    synced: Promise.resolve(),
    connected: true,
    get: (name) => objects.get(name),
    get objects() {
      return objects;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onDelete: () => () => {},
    learn: () => {},
    [Symbol.dispose]: () => {},
  };
  const wait = { over: false };
  void untilSucceeded({ clock, pods }, 20_000).then(() => (wait.over = true));
  return {
    clock,
    wait,
    listeners,
    put(pod: Pod) {
      objects = new Map(objects).set(pod.metadata.name, pod);
      for (const listener of listeners) listener();
    },
  };
}

test('a manager that stops waits for another one to be ready, and its own pod is none', async () => {
  const { clock, wait, put, listeners } = createBench(createManagerPod('self', '10.0.0.1', true));
  put(createManagerPod('next', '10.0.0.2'));
  clock.advance(19_999);
  await setImmediate();
  expect(wait.over).toBe(false);
  put(createReadyManagerPod('next', '10.0.0.2'));
  await setImmediate();
  expect([wait.over, clock.pending, listeners.size]).toEqual([true, 0, 0]);
});

test('where another one is ready, or none comes in time, it stops', async () => {
  const served = createBench(createReadyManagerPod('other', '10.0.0.2'));
  const alone = createBench();
  alone.clock.advance(20_000);
  await setImmediate();
  expect([served.wait.over, alone.wait.over]).toEqual([true, true]);
});
