import { array, assert, constantFrom, integer, ipV4, ipV6, oneof, property, record, uniqueArray } from 'fast-check';
import { expect, test } from 'vitest';
import { pickByClient } from './pick-by-client.ts';

const client = oneof(ipV4(), ipV6());
const address = record({ host: ipV4(), port: constantFrom(80, 8080) });
const addresses = uniqueArray(address, { minLength: 1, maxLength: 20, selector: ({ host, port }) => `${host}:${port}` });

test('nobody is picked where nobody is', () => {
  expect(pickByClient('10.0.0.1', [])).toBeUndefined();
});

test('the pick does not depend on the order', () => {
  assert(
    property(client, addresses, array(integer()), (from, all, keys) => {
      const shuffled = all.map((one, at) => ({ one, key: keys[at] ?? 0 })).toSorted((a, b) => a.key - b.key);
      expect(
        pickByClient(
          from,
          shuffled.map(({ one }) => one),
        ),
      ).toEqual(pickByClient(from, all));
      expect(pickByClient(from, all.toReversed())).toEqual(pickByClient(from, all));
    }),
  );
});

test('who leaves takes only his own clients along, and who comes takes clients only to himself', () => {
  assert(
    property(client, addresses, integer({ min: 0, max: 19 }), (from, all, index) => {
      const leaver = all[index % all.length];
      const others = all.filter((one) => one !== leaver);
      const before = pickByClient(from, all);
      const after = pickByClient(from, others);
      if (before === leaver) expect(others.length === 0 || after !== undefined).toBe(true);
      else expect(after).toBe(before);
    }),
  );
});

test.each([2, 3, 7])('neighbouring clients are spread evenly over %i neighbouring pods', (count) => {
  const pods = Array.from({ length: count }, (_, index) => ({ host: `10.244.1.${10 + index}`, port: 8080 }));
  const taken = new Map(pods.map((pod) => [pod, 0]));
  const clients = 4000;
  for (let index = 0; index < clients; index++) {
    const pod = pickByClient(`10.244.${Math.floor(index / 250)}.${index % 250}`, pods);
    if (pod !== undefined) taken.set(pod, (taken.get(pod) ?? 0) + 1);
  }
  const share = clients / count;
  for (const clientsOfPod of taken.values()) expect(Math.abs(clientsOfPod - share)).toBeLessThan(0.15 * share);
});

// Two processes have to agree while one replaces the other: a change of these moves clients.
test('the pick is the same in every version', () => {
  const pods = ['10.0.0.1', '10.0.0.2', '10.0.0.3', 'fd00::1'].map((host) => ({ host, port: 80 }));
  const picks = ['10.1.0.1', '10.1.0.2', '10.1.0.3', 'fd00::99'].map((from) => pickByClient(from, pods)?.host);
  expect(picks).toMatchInlineSnapshot(`
    [
      "10.0.0.1",
      "10.0.0.2",
      "10.0.0.2",
      "10.0.0.1",
    ]
  `);
});
