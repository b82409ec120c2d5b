import { parseRoutingKey, parseServiceName, toInterceptId, type InterceptInfo } from '@switchyard/contract';
import { expect, test } from 'vitest';
import * as api from './api-message.ts';
import { managerDefinition, tunnelDefinition } from './service-definition.ts';

const service = parseServiceName('orders');
const key = parseRoutingKey('alice');

test('what a manager says about itself comes back as it was', () => {
  for (const auth of ['none', 'token', 'kubernetes'] as const) {
    for (const owner of ['alice', undefined]) {
      const info = { version: '0.1.0', protocol: { min: 1, max: 2 }, auth, owner };
      expect(api.parseManagerInfo(api.encodeManagerInfo(info))).toEqual(info);
    }
  }
});

test('services come back as they were', () => {
  const services = (['auto', 'http', 'tcp'] as const).map((protocol) => ({
    name: service,
    ports: [{ name: 'http', listen: '127.0.0.1:1', baseline: '127.0.0.1:2', protocol, notes: ['a note'] }],
  }));
  expect(api.parseServices(api.encodeServices(services))).toEqual(services);
});

test('intercepts come back as they were', () => {
  const intercept: InterceptInfo = {
    id: toInterceptId(service, 'http', key),
    service,
    port: 'http',
    key,
    match: [],
    sharedWith: [],
    joins: false,
    owner: 'alice',
    whenAway: 'fail',
    session: 'ready',
    client: 'laptop',
    createdAt: new Date(1),
    expiresAt: new Date(2),
  };
  expect(api.parseIntercepts(api.encodeIntercepts([intercept]))).toEqual([intercept]);
  expect(api.parseRemoved(api.encodeRemoved([intercept]))).toEqual([intercept]);
});

test('a removal says what it means, or is refused', () => {
  for (const filter of [{ all: true }, { service, all: false }, { key, all: false }, { service, key, all: false }]) {
    expect(api.parseRemoval(api.encodeRemoval(filter))).toEqual(filter);
  }
  expect(() => api.parseRemoval(api.encodeRemoval({ all: false }))).toThrow(/which intercepts/);
  expect(() => api.parseRemoval(Buffer.from([0xff]))).toThrow(/broke the protocol/);
});

test('the service definitions have the paths and kinds of proto/', () => {
  expect(tunnelDefinition.control).toMatchObject({
    path: '/switchyard.tunnel.v1.TunnelService/Control',
    requestStream: true,
    responseStream: true,
  });
  expect(tunnelDefinition.carry).toMatchObject({
    path: '/switchyard.tunnel.v1.TunnelService/Carry',
    requestStream: true,
    responseStream: true,
  });
  expect(managerDefinition.getManager).toMatchObject({
    path: '/switchyard.api.v1.ManagerService/GetManager',
    requestStream: false,
    responseStream: false,
  });
});
