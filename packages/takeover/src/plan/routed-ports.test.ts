import { InterceptError } from '@switchyard/contract';
import type { RoutedService, ServicePort } from '@switchyard/kube';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toRouted, toService } from '../../test/shop.ts';
import { planRoutedPorts } from './routed-ports.ts';

function plan(ports: readonly ServicePort[], existing?: RoutedService, all: readonly RoutedService[] = []): Record<string, number> {
  const planned = planRoutedPorts(toService('orders', { ports }), existing, all);
  return Object.fromEntries(planned.map(({ name, routerPort }) => [name, routerPort]));
}

const name = fc.constantFrom('http', 'admin', 'grpc', undefined);
const ports = fc
  .uniqueArray(fc.record({ name, port: fc.integer({ min: 1, max: 6 }) }), { selector: ({ port }) => port, maxLength: 4 })
  .filter((list) => new Set(list.map(({ name, port }) => name ?? port)).size === list.length)
  .map((list) => list.map(({ name, port }) => (name === undefined ? { port } : { name, port })));

test('no router port is given twice, in a Service and across them', () => {
  fc.assert(
    fc.property(fc.array(ports, { minLength: 1, maxLength: 4 }), (services) => {
      const all: RoutedService[] = [];
      for (const [index, ports] of services.entries()) all.push(toRouted(toService(`s${index}`, { ports })));
      const again = services.map((ports, index) => planRoutedPorts(toService(`s${index}`, { ports }), all[index], all));
      const given = again.flat().map(({ routerPort }) => routerPort);
      expect(new Set(given).size).toBe(given.length);
      for (const port of given) expect(port >= 10_000 && port <= 29_999).toBe(true);
    }),
  );
});

test('a port keeps its router port as long as its name, whatever happens to the others; a new one shares none of before', () => {
  fc.assert(
    fc.property(ports, ports, (before, after) => {
      const existing = toRouted(toService('orders', { ports: before }));
      const planned = planRoutedPorts(toService('orders', { ports: after }), existing, [existing]);
      expect(new Set(planned.map(({ routerPort }) => routerPort)).size).toBe(planned.length);
      for (const { name, routerPort } of planned) {
        const same = existing.spec.ports.find((port) => port.name === name);
        if (same !== undefined) expect(routerPort).toBe(same.routerPort);
        else expect(existing.spec.ports.map((port) => port.routerPort)).not.toContain(routerPort);
      }
    }),
  );
});

test('a renumbered port keeps its own; a renamed one gets another, as the old one is about to end', () => {
  const existing = toRouted(
    toService('orders', {
      ports: [
        { name: 'http', port: 80 },
        { name: 'admin', port: 81 },
      ],
    }),
  );
  const [http, admin] = existing.spec.ports.map(({ routerPort }) => routerPort);
  expect(
    plan(
      [
        { name: 'http', port: 8080 },
        { name: 'admin', port: 80 },
      ],
      existing,
    ),
  ).toEqual({ http, admin });
  const renamed = plan(
    [
      { name: 'web', port: 80 },
      { name: 'admin', port: 81 },
    ],
    existing,
    [existing],
  );
  expect(renamed).toEqual({ web: expect.any(Number), admin });
  expect([http, admin]).not.toContain(renamed['web']);
});

test('what another object has is passed over, as is what the Service itself dials', () => {
  const [first] = Object.values(plan([{ port: 80 }]));
  const taken = toRouted(toService('payments', { ports: [{ port: 80 }] }));
  const other = { ...taken, spec: { ...taken.spec, ports: [{ name: '80', port: 80, routerPort: first ?? 0, protocol: 'auto' }] } } as const;
  expect(Object.values(plan([{ port: 80 }], undefined, [other]))).toEqual([(first ?? 0) + 1]);
  expect(Object.values(plan([{ port: 80, targetPort: first ?? 0 }]))).toEqual([(first ?? 0) + 1]);
});

test('when every port is taken, it says so', () => {
  const ports = Array.from(
    { length: 20_000 },
    (_, index) => ({ name: `p${index}`, port: 1, routerPort: 10_000 + index, protocol: 'auto' }) as const,
  );
  const full: RoutedService = { ...toRouted(toService('payments')), spec: { ports, shadow: 'swy' } };
  expect(() => plan([{ port: 80 }], undefined, [full])).toThrow(InterceptError);
});

test('the protocol is what appProtocol states; a name is none', () => {
  const protocolOf = (port: Partial<ServicePort>): string | undefined =>
    planRoutedPorts(toService('orders', { ports: [{ port: 80, ...port }] }), undefined, [])[0]?.protocol;
  for (const appProtocol of ['http', 'HTTP', 'ws', 'kubernetes.io/ws']) expect(protocolOf({ appProtocol })).toBe('http');
  for (const appProtocol of ['tcp', 'mysql', 'redis']) expect(protocolOf({ appProtocol })).toBe('tcp');
  for (const appProtocol of ['grpc', 'kubernetes.io/h2c', 'https', 'example.com/own']) expect(protocolOf({ appProtocol })).toBe('auto');
  for (const name of ['http', 'tcp-db', 'grpc']) expect(protocolOf({ name })).toBe('auto');
});
