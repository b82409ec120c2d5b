import type { EndpointSlice } from '@switchyard/kube';
import { expect, test } from 'vitest';
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

test('a slice without pods says so by null', () => {
  const empty = [{ ...slice('a', []), endpoints: null, ports: null } as unknown as EndpointSlice];
  expect(haveSameAddresses(empty, [])).toBe(true);
  expect(endpointsOf(empty, 'http')).toEqual([]);
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

test('a Service without pods has slices that say null', () => {
  const empty: EndpointSlice = { ...slice('orders', []), endpoints: null, ports: null };
  expect(haveSameAddresses([empty], [slice('shadow', [])])).toBe(true);
  expect(endpointsOf([empty], 'http')).toEqual([]);
});

test('an address that is never dialled is no endpoint, whoever wrote it into a slice', () => {
  expect(endpointsOf([slice('orders', ['127.0.0.1', '10.0.0.1', '169.254.169.254'])], 'http')).toEqual([{ host: '10.0.0.1', port: 8080 }]);
});
