import {
  parseRoutingKey,
  parseServiceName,
  toInterceptId,
  toKeylessInterceptId,
  type InterceptInfo,
  type RequestQuestion,
  type RouteReport,
} from '@switchyard/contract';
import { expect, test } from 'vitest';
import * as api from './api-message.ts';
import { encodeQuestion, encodeReport, parseQuestion, parseReport } from './explain-message.ts';
import { managerDefinition, tunnelDefinition } from './service-definition.ts';

const service = parseServiceName('orders');
const key = parseRoutingKey('alice');

test('what a manager says about itself comes back as it was', () => {
  for (const auth of ['none', 'token', 'kubernetes'] as const) {
    for (const owner of ['alice', undefined]) {
      const optional =
        owner === undefined ? { now: undefined, policy: undefined } : { now: new Date(1_000), policy: { keyless: true, percent: false } };
      const info = { version: '0.1.0', protocol: { min: 1, max: 2 }, auth, owner, ...optional };
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
  const keyless: InterceptInfo = {
    ...intercept,
    id: toKeylessInterceptId(service, 'http', '0123456789abcdef'),
    key: undefined,
    match: [[{ t: 'header', name: 'x-team', text: { t: 'present' } }]],
    sharedWith: ['bob@example.com', '*'],
    joins: true,
  };
  expect(api.parseIntercepts(api.encodeIntercepts([intercept, keyless]))).toEqual([intercept, keyless]);
  expect(api.parseRemoved(api.encodeRemoved([intercept]))).toEqual([intercept]);
});

test('a removal says what it means, or is refused', () => {
  for (const filter of [
    { all: true },
    { service, all: false },
    { key, all: false },
    { service, key, all: false },
    { keyless: true, all: false },
  ]) {
    expect(api.parseRemoval(api.encodeRemoval(filter))).toEqual(filter);
  }
  expect(() => api.parseRemoval(api.encodeRemoval({ all: false }))).toThrow(/which intercepts/);
  expect(() => api.parseRemoval(Buffer.from([0xff]))).toThrow(/broke the protocol/);
});

test('a question and its answer come back as they were', () => {
  const question: RequestQuestion = {
    service,
    port: undefined,
    method: 'GET',
    target: '/orders?a=b',
    header: [
      ['x-team', 'blü'],
      ['x-team', 'green'],
    ],
    clientAddress: '10.0.0.1',
  };
  expect(parseQuestion(encodeQuestion(question))).toEqual(question);
  const report: RouteReport = {
    port: 'http',
    outcome: 'routed',
    status: undefined,
    key: { form: 'twin', text: 'alice', valid: true },
    candidates: [{ id: toInterceptId(service, 'http', key), owner: 'alice', won: true, reasons: ['its key is alice'] }],
    more: 3,
    responseHeader: [['vary', 'x-intercept-id']],
    refusal: undefined,
  };
  for (const outcome of ['baseline', 'stripped', 'passing', 'routed', 'refused'] as const) {
    const each = { ...report, outcome };
    expect(parseReport(encodeReport(each))).toEqual(each);
  }
  const bare = { ...report, key: undefined, candidates: [], status: 'no-route', refusal: 'Two keys.' };
  expect(parseReport(encodeReport(bare))).toEqual(bare);
});

test('a question is bounded at both ends', () => {
  const question: RequestQuestion = { service, port: undefined, method: 'GET', target: '/', header: [], clientAddress: '' };
  const many = Array.from({ length: 129 }, () => ['a', 'b'] as const);
  expect(() => encodeQuestion({ ...question, header: many })).toThrow(/at most 128/);
  expect(() => encodeQuestion({ ...question, target: '/'.repeat(40_000) })).toThrow(/at most 32768/);
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
