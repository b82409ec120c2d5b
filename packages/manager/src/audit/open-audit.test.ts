import { silentLog, silentMetrics, type AuditRecord, type Metrics } from '@switchyard/contract';
import { createSystemClock } from '@switchyard/runtime';
import { createFakeClock, until } from '@switchyard/testkit';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { auditLimits } from '../limits.ts';
import { openAudit } from './open-audit.ts';

const record: AuditRecord = {
  id: 'intercept/1/ended',
  action: 'intercept_ended',
  outcome: 'ended',
  user: 'alice@shop.example',
  proven: true,
  groups: ['dev', 'ops'],
  actor: { kind: 'ci', onBehalfOf: 'bob' },
  service: 'orders',
  reason: 'expired',
  usage: { requests: 3, bytesIn: 10, bytesOut: 20 },
};
const refusal: AuditRecord = { action: 'session_refused', outcome: 'refused', user: 'mallory', proven: false, address: '10.0.0.66' };

interface Counts {
  readonly metrics: Metrics;
  readonly counts: Record<string, number>;
}

function createCounts(): Counts {
  const counts: Record<string, number> = {};
  const counter: Metrics['counter'] = () => ({
    add(amount, labels) {
      const name = Object.values<string>(labels ?? {}).join('/');
      counts[name] = (counts[name] ?? 0) + amount;
    },
  });
  return { metrics: { ...silentMetrics, counter }, counts };
}

interface Collector {
  readonly endpoint: string;
  readonly requests: { readonly path: string; readonly headers: IncomingHttpHeaders; readonly body: unknown }[];
  /** What the next answers are; then 200. */
  readonly answers: number[];
  /** When to come again, which every answer says. */
  retryAfterSeconds: number;
}

/** A receiver of OTLP over HTTP. */
async function openCollector(): Promise<Collector> {
  const requests: Collector['requests'] = [];
  const collector = { answers: [] as number[], retryAfterSeconds: 0 };
  const server = createServer((request, response) => {
    void json(request).then((body) => {
      requests.push({ path: request.url ?? '', headers: request.headers, body });
      const headers = { 'content-type': 'application/json', 'retry-after': String(collector.retryAfterSeconds) };
      response.writeHead(collector.answers.shift() ?? 200, headers).end('{}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return Object.assign(collector, { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests });
}

async function writeHeaders(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-audit-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'headers');
  await writeFile(file, text);
  return file;
}

const stdout = { write: () => true };

test('a record is a line of JSON on standard output', async () => {
  const lines: string[] = [];
  const { metrics, counts } = createCounts();
  const clock = createFakeClock();
  await using audit = await openAudit(
    { stdout: true },
    { clock, log: silentLog, metrics, stdout: { write: (text) => lines.push(text) } },
    { namespace: 'dev' },
  );
  audit.write(record);
  const { id: _id, ...anonymous } = record;
  audit.write(anonymous);
  expect(lines.map((line) => [line.endsWith('\n'), line.indexOf('\n')])).toEqual(lines.map((line) => [true, line.length - 1]));
  const [first, second] = lines.map((line): Record<string, unknown> => JSON.parse(line));
  expect(first).toEqual({ audit: true, schema: 'switchyard.dev/audit/v1', time: clock.date().toISOString(), namespace: 'dev', ...record });
  expect(second?.['id']).toMatch(/^[0-9a-f-]{36}$/);
  expect(counts).toEqual({ 'stdout/written': 2 });
});

test('whoever is refused very often is only counted then; others are recorded [manager.refusalBurst] [manager.refusalsPerSecond]', async () => {
  const clock = createFakeClock();
  const { metrics, counts } = createCounts();
  let lines = 0;
  await using audit = await openAudit({ stdout: true }, { clock, log: silentLog, metrics, stdout: { write: () => lines++ } }, {});
  const burst = auditLimits.refusalBurst.value;
  for (let turn = 0; turn < burst + 50; turn++) audit.write(refusal);
  expect([lines, counts['all/suppressed']]).toEqual([burst, 50]);
  audit.write({ ...refusal, address: '10.0.0.7' });
  audit.write({ ...record, address: refusal.address });
  clock.advance(1_000);
  audit.write(refusal);
  audit.write(refusal);
  expect([lines, counts['all/suppressed']]).toEqual([burst + 3, 51]);
});

test('refusals of many addresses are bounded too [manager.refusalHolders]', async () => {
  let lines = 0;
  await using audit = await openAudit(
    { stdout: true },
    { clock: createFakeClock(), log: silentLog, metrics: silentMetrics, stdout: { write: () => lines++ } },
    {},
  );
  for (let turn = 0; turn < auditLimits.refusalBurst.value; turn++) audit.write(refusal);
  for (let holder = 0; holder < auditLimits.refusalHolders.value; holder++) audit.write({ ...refusal, address: `address-${holder}` });
  const before = lines;
  audit.write(refusal);
  expect(lines).toBe(before + 1);
});

test('records go to a collector by OTLP with the header fields of the file, in batches, at the latest when the manager stops', async () => {
  const collector = await openCollector();
  const headersFile = await writeHeaders('Authorization: Bearer planted-secret\n\nX-Tenant: shop\n');
  const { metrics, counts } = createCounts();
  const deps = { clock: createSystemClock(), log: silentLog, metrics, stdout };
  const audit = await openAudit({ stdout: false, otlp: { endpoint: `${collector.endpoint}/`, headersFile } }, deps, {
    namespace: 'dev',
    manager: 'pod-1',
  });
  audit.write(record);
  audit.write(refusal);
  expect(collector.requests).toEqual([]);
  await audit[Symbol.asyncDispose]();
  const [request, another] = collector.requests;
  expect([request?.path, request?.headers['authorization'], request?.headers['x-tenant'], another]).toEqual([
    '/v1/logs',
    'Bearer planted-secret',
    'shop',
    undefined,
  ]);
  const body = JSON.stringify(request?.body);
  expect(body).not.toContain('planted-secret');
  expect(body).toContain('{"key":"service.name","value":{"stringValue":"switchyard-manager"}}');
  expect(body).toContain('{"key":"k8s.namespace.name","value":{"stringValue":"dev"}}');
  expect(body).toContain('{"key":"switchyard.audit.user","value":{"stringValue":"alice@shop.example"}}');
  expect(body).toContain('{"key":"switchyard.audit.actor.onBehalfOf","value":{"stringValue":"bob"}}');
  expect(body).toContain('{"key":"switchyard.audit.usage.requests","value":{"intValue":3}}');
  expect(body).toContain('"severityText":"WARN"');
  expect(counts).toEqual({ 'otlp/written': 2 });
});

test('a collector that is busy for a moment is asked again', async () => {
  const collector = await openCollector();
  collector.answers.push(503);
  const { metrics, counts } = createCounts();
  const deps = { clock: createSystemClock(), log: silentLog, metrics, stdout };
  const audit = await openAudit({ stdout: false, otlp: { endpoint: collector.endpoint } }, deps, {});
  audit.write(record);
  await audit[Symbol.asyncDispose]();
  expect([collector.requests.length, counts]).toEqual([2, { 'otlp/written': 1 }]);
});

test('one that wants to be asked later than a batch may wait is not asked again [manager.otlpTimeoutMs]', async () => {
  const collector = await openCollector();
  collector.answers.push(503);
  collector.retryAfterSeconds = auditLimits.otlpTimeoutMs.value / 1_000 + 1;
  const { metrics, counts } = createCounts();
  const deps = { clock: createSystemClock(), log: silentLog, metrics, stdout };
  const audit = await openAudit({ stdout: false, otlp: { endpoint: collector.endpoint } }, deps, {});
  audit.write(record);
  await audit[Symbol.asyncDispose]();
  expect([collector.requests.length, counts]).toEqual([1, { 'otlp/failed': 1 }]);
});

test('a record does not wait long for others [manager.otlpDelayMs]', async () => {
  const collector = await openCollector();
  const deps = { clock: createSystemClock(), log: silentLog, metrics: silentMetrics, stdout };
  await using audit = await openAudit({ stdout: false, otlp: { endpoint: collector.endpoint } }, deps, {});
  audit.write(record);
  await until(() => collector.requests.length === 1);
});

test('records that a collector refuses are counted, and those beyond what may wait [manager.otlpQueue] [manager.otlpBatch]', async () => {
  const collector = await openCollector();
  const { metrics, counts } = createCounts();
  const deps = { clock: createSystemClock(), log: silentLog, metrics, stdout };
  const audit = await openAudit({ stdout: false, otlp: { endpoint: collector.endpoint } }, deps, {});
  const most = auditLimits.otlpQueue.value;
  for (let turn = 0; turn < most + 5; turn++) audit.write(record);
  collector.answers.push(...Array<number>(100).fill(400));
  expect(counts).toEqual({ 'otlp/dropped': 5 });
  await audit[Symbol.asyncDispose]();
  expect(counts).toEqual({ 'otlp/dropped': 5, 'otlp/failed': most });
  expect(collector.requests).toHaveLength(Math.ceil(most / auditLimits.otlpBatch.value));
});

test('a manager that stops does not wait for a collector that never answers [manager.otlpFlushMs]', async () => {
  const server = createServer(() => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const clock = createFakeClock();
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const audit = await openAudit({ stdout: false, otlp: { endpoint } }, { clock, log: silentLog, metrics: silentMetrics, stdout }, {});
  audit.write(record);
  const closed = audit[Symbol.asyncDispose]();
  await until(() => clock.pending > 0);
  clock.advance(auditLimits.otlpFlushMs.value);
  await closed;
});

test.for<[string, string]>([
  ['nonsense', 'Line 1 of'],
  ['A: b\nbad name: planted-secret', 'Line 2 of'],
  ['A: planted-secret\u0001', 'Line 1 of'],
])('a file of headers that is wrong (%j) is refused without a word of what stands there', async ([text, words]) => {
  const headersFile = await writeHeaders(text);
  const deps = { clock: createSystemClock(), log: silentLog, metrics: silentMetrics, stdout };
  const opened = openAudit({ stdout: false, otlp: { endpoint: 'http://127.0.0.1:9', headersFile } }, deps, {});
  await expect(opened).rejects.toMatchObject({ code: 'bad_config', message: expect.stringContaining(words) });
  await expect(opened).rejects.not.toMatchObject({ message: expect.stringContaining('planted') });
});

test('a file of headers that is missing is said by its name', async () => {
  const deps = { clock: createSystemClock(), log: silentLog, metrics: silentMetrics, stdout };
  const opened = openAudit({ stdout: false, otlp: { endpoint: 'http://127.0.0.1:9', headersFile: '/no/such/file' } }, deps, {});
  await expect(opened).rejects.toMatchObject({ code: 'bad_config', message: expect.stringContaining('/no/such/file') });
});
