import {
  parseRoutingKey,
  parseServiceName,
  toInterceptId,
  toKeylessInterceptId,
  type InterceptInfo,
  type RequestQuestion,
  type RouteReport,
} from '@switchyard/contract';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { expect, test } from 'vitest';
import * as api from './api-message.ts';
import { encodeMessage } from './encode.ts';
import { encodeQuestion, encodeReport, parseQuestion, parseReport } from './explain-message.ts';
import { ListInterceptsResponseSchema } from './generated/switchyard/api/v1/api_pb.ts';
import { MatchSchema } from './generated/switchyard/types/v1/types_pb.ts';
import { toSpec } from './intercept.ts';
import { ExplainRequestSchema } from './generated/switchyard/api/v1/api_pb.ts';
import { managerDefinition, tunnelDefinition } from './service-definition.ts';

const service = parseServiceName('orders');
const key = parseRoutingKey('alice');

test('what a manager says about itself comes back as it was', () => {
  for (const auth of ['none', 'token', 'kubernetes'] as const) {
    for (const owner of ['alice', undefined]) {
      const optional =
        owner === undefined
          ? { now: undefined, policy: undefined }
          : {
              now: new Date(1_000),
              groups: ['team-blue', 'ops'],
              policy: { keyless: true, percent: false },
              signIn: { issuer: 'https://id.example', clientId: 'switchyard', scopes: ['openid'] },
            };
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

test('an intercept that is longer than a receiver takes keeps nobody from asking, and is refused where it is asked for', () => {
  const match = [[{ t: 'method', method: 'x'.repeat(10_000) } as const]];
  const times = { createdAt: new Date(1), expiresAt: new Date(2) };
  const spec = { service, port: 'http', key, match, sharedWith: [], joins: false, whenAway: 'fail' } as const;
  const info: InterceptInfo = { ...spec, id: toInterceptId(service, 'http', key), owner: 'alice', session: 'ready', client: '', ...times };
  expect(api.encodeIntercepts([info]).length).toBeGreaterThan(10_000);
  expect(() => toSpec({ ...spec, lifetimeMs: undefined, directPort: undefined })).toThrow(/at most 8192/);
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
  expect(api.parseRenewed(api.encodeRenewed(intercept))).toEqual(intercept);
});

test('an intercept with a condition of a later version is left out of a list, and the others are there', () => {
  const plain = { service: 'orders', port: 'http', owner: 'alice', createdAt: timestampFromMs(1), expiresAt: timestampFromMs(2) };
  const later = fromBinary(MatchSchema, Buffer.from([0x0a, 5, 0x0a, 3, 0x4a, 1, 0x61]));
  const intercepts = [
    { ...plain, id: 'orders.http.alice', key: 'alice' },
    { ...plain, id: 'orders.http.bob', key: 'bob', match: later },
  ];
  const bytes = toBinary(ListInterceptsResponseSchema, create(ListInterceptsResponseSchema, { intercepts }));
  expect(api.parseIntercepts(bytes).map(({ id }) => id)).toEqual(['orders.http.alice']);
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

test('a renewal says which intercept, and for how long where that is wanted', () => {
  for (const lifetimeMs of [undefined, 0, 60_000]) {
    const renewal = { id: toInterceptId(service, 'http', key), lifetimeMs };
    expect(api.parseRenewal(api.encodeRenewal(renewal))).toEqual(renewal);
  }
  expect(() => api.parseRenewal(Buffer.from([]))).toThrow(expect.objectContaining({ code: 'bad_usage' }));
  expect(() => api.parseRenewed(Buffer.from([]))).toThrow(/broke the protocol/);
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

test('a question is bounded at both ends [wire.questionHeaders] [wire.questionBytes]', () => {
  const question: RequestQuestion = { service, port: undefined, method: 'GET', target: '/', header: [], clientAddress: '' };
  const withHeader = (length: number): RequestQuestion => ({ ...question, header: Array.from({ length }, () => ['a', 'b']) });
  const withTarget = (bytes: number): RequestQuestion => ({ ...question, target: '/'.repeat(bytes - 'GET'.length) });
  for (const largest of [withHeader(128), withTarget(32 * 1_024)]) expect(parseQuestion(encodeQuestion(largest))).toEqual(largest);
  for (const [larger, message] of [
    [withHeader(129), /at most 128/],
    [withTarget(32 * 1_024 + 1), /at most 32768/],
  ] as const) {
    expect(() => encodeQuestion(larger)).toThrow(message);
    const { method, target } = larger;
    const header = larger.header.map(([name, value]) => ({ name, value }));
    expect(() => parseQuestion(encodeMessage(ExplainRequestSchema, { service, method, target, header }))).toThrow(message);
  }
});

test('of long names and texts only the begin is read [wire.shownNameCharacters] [wire.shownTextCharacters]', () => {
  const long = 'x'.repeat(2_000);
  const info = { version: long, protocol: { min: 1, max: 2 }, auth: 'none', owner: long, now: undefined, policy: undefined } as const;
  expect(api.parseManagerInfo(api.encodeManagerInfo(info))).toMatchObject({ version: 'x'.repeat(256), owner: 'x'.repeat(256) });
  const id = toInterceptId(service, 'http', key);
  const report: RouteReport = {
    port: long,
    outcome: 'refused',
    status: long,
    key: { form: long, text: long, valid: false },
    candidates: [{ id, owner: long, won: false, reasons: [long] }],
    more: 0,
    responseHeader: [[long, long]],
    refusal: long,
  };
  const cut = 'x'.repeat(1_024);
  expect(parseReport(encodeReport(report))).toEqual({
    ...report,
    port: cut,
    status: cut,
    key: { form: cut, text: cut, valid: false },
    candidates: [{ id, owner: cut, won: false, reasons: [cut] }],
    responseHeader: [[cut, cut]],
    refusal: cut,
  });
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
