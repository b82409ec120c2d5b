import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { KubeObject } from '../resources/meta.ts';
import { createObjectMap } from './object-map.ts';

function object(name: string, version: number): KubeObject {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, uid: name, resourceVersion: String(version) } };
}

test('a snapshot does not change', () => {
  const map = createObjectMap();
  const empty = map.objects;
  expect(map.put(object('a', 1))).toBe(true);
  const one = map.objects;
  expect(map.objects).toBe(one);
  map.remove(object('a', 2));
  expect([empty.size, one.size, map.objects.size]).toEqual([0, 1, 0]);
});

test('an own write is learned, unless the watch is ahead of it', () => {
  const map = createObjectMap();
  map.replace([object('a', 5)], '10');
  expect(map.learn(object('a', 12))).toBe(true);
  // The watch comes to where we are.
  expect(map.put(object('a', 11))).toBe(false);
  expect(map.put(object('a', 12))).toBe(false);
  expect(map.get('a')).toEqual(object('a', 12));
  // It was deleted before the answer to our write came to us.
  map.remove(object('a', 14));
  expect(map.learn(object('a', 13))).toBe(false);
  expect(map.objects.size).toBe(0);
});

test('a list that began before an own write does not undo it, one that began later does', () => {
  const map = createObjectMap();
  map.learn(object('a', 12));
  expect(map.replace([], '11')).toBe(false);
  expect(map.get('a')).toBeDefined();
  expect(map.replace([], '12')).toBe(true);
  expect(map.get('a')).toBeUndefined();
});

test('a list that tells nothing new is no change', () => {
  const map = createObjectMap();
  expect(map.replace([object('a', 5)], '10')).toBe(true);
  const shown = map.objects;
  expect(map.replace([object('a', 5)], '20')).toBe(false);
  expect(map.objects).toBe(shown);
  expect(map.version).toBe('20');
});

test('a database that was restored begins again with older versions', () => {
  const map = createObjectMap();
  map.replace([object('a', 500), object('b', 400)], '500');
  map.put(object('c', 510));
  map.replace([object('a', 20)], '30');
  expect([...map.objects.values()]).toEqual([object('a', 20)]);
  expect(map.version).toBe('30');
});

test('whatever comes twice, late or not at all before a list: the end is the same', () => {
  const change = fc.record({ name: fc.constantFrom('a', 'b', 'c'), deletes: fc.boolean(), late: fc.boolean(), learned: fc.boolean() });
  fc.assert(
    fc.property(fc.array(change), (changes) => {
      const map = createObjectMap();
      const truth = new Map<string, KubeObject>();
      const lateLearnings: KubeObject[] = [];
      for (const [index, { name, deletes, late, learned }] of changes.entries()) {
        const next = object(name, index + 1);
        if (deletes) {
          truth.delete(name);
          map.remove(next);
        } else {
          truth.set(name, next);
          if (learned && !late) map.learn(next);
          map.put(next);
          if (learned && late) lateLearnings.push(next);
        }
      }
      for (const learning of lateLearnings) map.learn(learning);
      expect(new Map(map.objects)).toEqual(truth);
    }),
  );
});
