import { parseStrictResponse } from '@switchyard/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { get, ok, Play, post } from './play.ts';

/** What may happen to a connection, in any order. */
const event = fc.oneof(
  fc.record({
    t: fc.constant('say' as const),
    text: fc.constantFrom(
      get('/1'),
      get('/2', 'alice'),
      get('/3', 'bob'),
      get('/4').replace('GET', 'HEAD'),
      post('/5', 5, 'alice') + 'hello',
      post('/6', 2000) + 'x'.repeat(1000),
      'x'.repeat(1000),
      get('/7').slice(0, 9),
      get('/8', undefined, 'Connection: close\r\n'),
      get('/9', undefined, 'Connection: Upgrade\r\nUpgrade: websocket\r\n'),
      post('/10', 5, 'bob', 'Expect: 100-continue\r\n'),
      '\0',
    ),
  }),
  fc.record({
    t: fc.constant('answer' as const),
    target: fc.nat({ max: 3 }),
    text: fc.constantFrom(
      ok('one'),
      ok('x'.repeat(3000)),
      ok('bye', 'Connection: close\r\n'),
      'HTTP/1.1 200 OK\r\n\r\nuntil the end',
      'HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nhalf',
      'HTTP/1.1 100 Continue\r\n\r\n',
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nraw',
      'HTTP/1.1 20',
      'nonsense',
    ),
  }),
  fc.record({
    t: fc.constantFrom('end' as const, 'reset' as const, 'pause' as const, 'resume' as const),
    target: fc.integer({ min: -1, max: 3 }),
  }),
  fc.record({
    t: fc.constantFrom('accept' as const, 'fail' as const, 'fail' as const),
    dial: fc.nat({ max: 3 }),
    code: fc.constantFrom('developer_offline' as const, 'upstream_unreachable' as const),
  }),
  fc.record({ t: fc.constant('pass' as const), ms: fc.constantFrom(1000, 6000, 16_000) }),
  fc.record({ t: fc.constantFrom('unroute' as const, 'drain' as const) }),
);

type Event = typeof event extends fc.Arbitrary<infer Value> ? Value : never;

/** Plays one event, as far as there is something that it can happen to. */
async function happen(play: Play, one: Event): Promise<void> {
  switch (one.t) {
    case 'say':
      return play.say(one.text);
    case 'answer':
      play.targets[one.target]?.send(one.text);
      return play.settle();
    case 'accept':
      if (play.dials[one.dial]?.isOpen === true) play.dials[one.dial]?.accept();
      return play.settle();
    case 'fail':
      if (play.dials[one.dial]?.isOpen === true) play.dials[one.dial]?.fail(one.code);
      return play.settle();
    case 'pass':
      return play.pass(one.ms);
    case 'unroute':
      play.route([]);
      return play.settle();
    case 'drain':
      play.draining = true;
      return play.settle();
    default:
      (one.target === -1 ? play.client : play.targets[one.target])?.[one.t]();
      return play.settle();
  }
}

/** What the client heard, as a client reads it: whole responses, then perhaps a part of one. */
function countResponses(heard: Buffer, ended: boolean): number {
  let count = 0;
  for (let at = 0; at < heard.length; count++) {
    const response = parseStrictResponse(heard.subarray(at), 'GET', ended);
    if (response === undefined || response.status === 101) break;
    at += response.rawBytes;
  }
  return count;
}

test('whatever happens in whatever order, the connection closes once and leaves nothing behind', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 20 }), async (events) => {
      const play = await Play.begin({ dials: 'waiting' });
      for (const one of events) await happen(play, one);
      for (const dial of play.dials) if (dial.isOpen) dial.fail('canceled');
      for (const end of [play.client, ...play.targets]) end.resume();
      play.client.end();
      await play.settle();
      play.client.reset();
      await play.pass(12_000);
      expect(play.closes).toBe(1);
      expect(play.targets.map((target) => target.left).filter((left) => left === 'no')).toEqual([]);
      for (const target of play.targets) target.end();
      await play.pass(12_000);
      expect(play.targets.map((target) => target.left).filter((left) => left === 'no' || left === 'ended')).toEqual([]);
      expect([play.closes, play.clock.pending]).toEqual([1, 0]);
    }),
    { numRuns: 400 },
  );
});

test('whatever happens, a client hears no more than the answers to its requests, each of them whole', async () => {
  const simple = event
    .filter((one) => one.t !== 'say' || /^GET \/[1237]/.test(one.text))
    .filter((one) => one.t !== 'answer' || !/ 101 |until/.test(one.text));
  await fc.assert(
    fc.asyncProperty(fc.array(simple, { maxLength: 20 }), async (events) => {
      const play = await Play.begin({ dials: 'waiting' });
      for (const one of events) await happen(play, one);
      const asked = events.filter((one) => one.t === 'say').length;
      const { left, record } = play.client;
      expect(countResponses(record.bytes(), left === 'ended' || left === 'closed')).toBeLessThanOrEqual(asked);
    }),
    { numRuns: 300 },
  );
});
