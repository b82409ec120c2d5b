import type { EndpointSlice } from '@switchyard/kube';
import { expect, test } from 'vitest';
import { pickByClient } from './client-affinity.ts';
import { endpointsOf, haveSameAddresses, slicesOf } from './endpoints.ts';

function slice(service: string, addresses: readonly string[], { ready = true, port = 8080, name = 'http' } = {}): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `${service}-abcde`, labels: { 'kubernetes.io/service-name': service } },
    addressType: 'IPv4',
    endpoints: addresses.map((address) => ({ addresses: [address], conditions: { ready } })),
    ports: [{ name, port }],
  };
}

test('the slices of a Service are found by their label', () => {
  const all = [slice('orders', ['10.0.0.1']), slice('payments', ['10.0.0.2'])];
  expect(slicesOf(all, 'orders')).toEqual([all[0]]);
});

test('Services have the same endpoints when the same addresses are ready, however they are sliced', () => {
  const one = [slice('a', ['10.0.0.1', '10.0.0.2'])];
  const two = [slice('b', ['10.0.0.2']), slice('b', ['10.0.0.1'])];
  expect(haveSameAddresses(one, two)).toBe(true);
  expect(haveSameAddresses(one, [slice('b', ['10.0.0.1'])])).toBe(false);
  expect(haveSameAddresses(one, [...two, slice('b', ['10.0.0.3'])])).toBe(false);
  expect(haveSameAddresses(one, [...two, slice('b', ['10.0.0.3'], { ready: false })])).toBe(true);
  expect(haveSameAddresses([], [slice('b', ['10.0.0.3'], { ready: false })])).toBe(true);
});

test('an endpoint has the port that its slice gives to the name', () => {
  const slices = [
    slice('a', ['10.0.0.1'], { port: 8080 }),
    slice('a', ['10.0.0.2'], { port: 9090 }),
    slice('a', ['10.0.0.3'], { name: 'grpc' }),
  ];
  expect(endpointsOf(slices, 'http')).toEqual([
    { host: '10.0.0.1', port: 8080 },
    { host: '10.0.0.2', port: 9090 },
  ]);
});

test('a client keeps its endpoint unless that one goes', () => {
  const endpoints = ['10.0.0.1', '10.0.0.2', '10.0.0.3'].map((host) => ({ host, port: 8080 }));
  const clients = Array.from({ length: 300 }, (_, index) => `10.1.${index >> 8}.${index & 255}`);
  const before = clients.map((client) => pickByClient(endpoints, client));
  const fewer = endpoints.slice(0, 2);
  for (const [index, client] of clients.entries()) {
    const old = before[index];
    if (old !== endpoints[2]) expect(pickByClient(fewer, client)).toBe(old);
  }
  for (const endpoint of endpoints) expect(before.filter((found) => found === endpoint).length).toBeGreaterThan(60);
  expect(pickByClient([], '10.1.0.1')).toBeUndefined();
});
