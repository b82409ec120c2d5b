import { RequestHeadParser, ResponseHeadParser } from '@switchyard/http1';
import { parseRoutingKey, parseServiceName, toInterceptId, toLimitValues } from '@switchyard/contract';
import { createSnapshot, type Rule } from '@switchyard/route';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { routerLimits } from '../limits.ts';
import { LiveRouting } from '../live-routing.ts';
import type { PortContext, Routing } from '../port-context.ts';
import { Exchange, type ReplyPlan, type RequestFacts } from './exchange.ts';
import { RequestPlanner } from './request-planner.ts';
import { ResponseEditor } from './response-editor.ts';

const service = parseServiceName('orders');

const live = new LiveRouting();

/** One after the other, as snapshots come: the names that the framer collects stay the same object. */
function toRouting([form, ...names]: readonly string[]): Routing {
  const rules = names.map((name): Rule => {
    const key = parseRoutingKey(name);
    const id = toInterceptId(service, 'http', key);
    const target = { t: 'direct', host: '127.0.0.1', port: 1, intercept: id } as const;
    return {
      id,
      service,
      port: 'http',
      key,
      owner: 'o',
      createdAt: 0,
      whenAway: 'fail',
      match: [],
      target,
    };
  });
  const sourceAddresses = new Map([[service, form === 'forwarded' ? form : 'none'] as const]);
  live.update(createSnapshot(rules, { sourceAddresses }));
  return live.of({ service, port: 'http' });
}

const routings = [['none'], ['none', 'alice'], ['none', 'alice'], ['none', 'alice', 'bob'], ['forwarded', 'alice'], ['forwarded']].map(
  toRouting,
);
const requests = [
  'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: b\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: a\r\nx-intercept-id: alice\r\n\r\n',
  'PUT / HTTP/1.1\r\nHost: a\r\nx-intercept-id: alice\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: a\r\nx-intercept-id: bobby\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: a\r\nx-intercept-id: alice\r\nx: 1\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: a\r\nx-intercept-id: alice\r\nx: 2\r\n\r\n',
  '\r\nGET / HTTP/1.1\r\nHost: a\r\nbaggage: intercept=bob\r\n\r\n',
  'GET /?__intercept=bob HTTP/1.1\r\nHost: a\r\nx-intercept-id: alice, bob\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: a\r\nx-intercept-id: alice\r\nx-intercept-hops: 8\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: a\r\nForwarded: for=10.0.0.7\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: a\r\nForwarded: for="0.0.7;\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: a\r\nForwarded: for=10.0.0.7\r\nConnection: forwarded\r\n\r\n',
].map((text) => Buffer.from(text));

/** What `planner` makes of a request, as it is sent. */
function planOf(planner: RequestPlanner, parser: RequestHeadParser, bytes: Buffer): object {
  parser.begin();
  expect(parser.parse(bytes, 0, bytes.length)).toBe('done');
  const place = { bytes, start: parser.start, end: parser.position };
  const planned = planner.plan(parser, place);
  if (planned.t === 'refuse') return { refused: planned.error.message };
  return { ...planned, head: planned.plan.edits.length === 0 ? undefined : planner.edit(planned.plan, parser, place).bytes.toString() };
}

test('a planner that saw requests before, of this routing or another, plans as a fresh one does', () => {
  let repeated = 0;
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat({ max: 36 }), fc.nat({ max: 15 })), { maxLength: 40 }), (turns) => {
      const context = { routing: routings[0], limits: toLimitValues(routerLimits) };
      const caller = { context: context as unknown as PortContext, clientAddress: () => '10.0.0.1' };
      const planner = new RequestPlanner(caller);
      let parser: RequestHeadParser | undefined;
      let request = 0;
      for (const [nextRequest, nextRouting] of turns) {
        // Most turns change nothing.
        request = nextRequest < requests.length ? nextRequest : request;
        const before = context.routing;
        context.routing = routings[nextRouting] ?? before;
        const routing = context.routing ?? expect.fail();
        if (parser === undefined || before?.fieldNames !== routing.fieldNames) parser = new RequestHeadParser(routing.fieldNames);
        const bytes = requests[request] ?? expect.fail();
        const planned = planOf(planner, parser, bytes);
        if (parser.isRepeated) repeated++;
        expect(planned).toEqual(planOf(new RequestPlanner(caller), new RequestHeadParser(routing.fieldNames), bytes));
      }
    }),
    { numRuns: 150 },
  );
  expect(repeated).toBeGreaterThan(100);
});

const responses = ['200 OK\r\nA: 1', '200 OK\r\nA: 2', '200 OK\r\nCache-Control: no-store', '101 Switching Protocols'].map((text) =>
  Buffer.from(`HTTP/1.1 ${text}\r\nConnection: keep-alive\r\n\r\n`),
);
const facts = (method: string): RequestFacts => ({ method, isLast: false, offersUpgrade: false, isBarrier: false, isReplayable: false });
const asked: readonly (readonly [RequestFacts, ReplyPlan | undefined])[] = [
  [facts('GET'), { servedBy: 'alice@direct' }],
  [facts('POST'), { servedBy: 'alice@direct' }],
  [facts('GET'), { servedBy: 'bob@direct', setCookie: 'intercept=bob' }],
  [facts('GET'), { status: 'no-route' }],
  [facts('GET'), undefined],
];

test('an editor that saw responses before edits as a fresh one does', () => {
  let repeated = 0;
  const turn = fc.record({ response: fc.nat({ max: 12 }), request: fc.nat({ max: 15 }), context: fc.nat({ max: 12 }) });
  fc.assert(
    fc.property(fc.array(turn, { maxLength: 40 }), (turns) => {
      const [editor, parser] = [new ResponseEditor(), new ResponseHeadParser()];
      let [response, request, context] = [0, 0, 0];
      for (const next of turns) {
        response = next.response < responses.length ? next.response : response;
        request = next.request < asked.length ? next.request : request;
        context = next.context < 3 ? next.context : context;
        const bytes = responses[response] ?? expect.fail();
        const [about, replyPlan] = asked[request] ?? expect.fail();
        const exchange = new Exchange(about, { fallsBack: false, replyPlan }, { bytes, start: 0, end: 0 }, 0);
        const around = { announcesClose: context === 0, vary: context === 1 ? 'x-intercept-id' : 'baggage' };
        const editOf = (by: ResponseEditor, head: ResponseHeadParser): string | undefined => {
          head.begin();
          expect(head.parse(bytes, 0, bytes.length)).toBe('done');
          return by.edit(exchange, head, bytes, 0, head.position, around)?.toString();
        };
        const edited = editOf(editor, parser);
        if (parser.isRepeated) repeated++;
        expect(edited).toBe(editOf(new ResponseEditor(), new ResponseHeadParser()));
      }
    }),
    { numRuns: 150 },
  );
  expect(repeated).toBeGreaterThan(100);
});
