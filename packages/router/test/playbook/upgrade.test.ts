import { expect, test } from 'vitest';
import { get, highWaterBytes, ok, Play, servedBy } from './play.ts';

const upgrade = (key?: string): string => get('/chat', key, 'Connection: Upgrade\r\nUpgrade: websocket\r\n');
const switched = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';

/** A play in which the protocol has changed. */
async function beginSwitched(): Promise<Play> {
  const play = await Play.begin();
  await play.say(upgrade());
  await play.answer(0, switched);
  play.client.take();
  play.target(0).take();
  return play;
}

test('an accepted upgrade is raw bytes from there on, both ways', async () => {
  const play = await Play.begin();
  await play.say(upgrade('alice'));
  await play.answer(0, `${switched}\x81\x05`);
  await play.answer(0, 'hello');
  await play.say('\x81\x02hi\r\n\r\n');
  expect(play.client.take()).toBe(
    `${switched.replace(/\r\n$/, '')}X-Intercept-Served-By: alice@tunnel\r\nVary: x-intercept-id, baggage, kubernetes-route-as, cookie\r\n\r\n\x81\x05hello`,
  );
  expect(play.target(0).take()).toBe(`${upgrade('alice')}\x81\x02hi\r\n\r\n`);
});

test.each(['hel', '\x81\x05', 'GET / HTTP/1.1\r\n\r\n', '\r\n', get('/2'), 'x'.repeat(700)])(
  'what a client says before its upgrade is accepted (%j) arrives once, behind the request',
  async (eager) => {
    const play = await Play.begin();
    await play.say(upgrade() + eager.slice(0, 1));
    await play.say(eager.slice(1));
    await play.answer(0, switched);
    await play.say('and');
    await play.say('more');
    expect(play.target(0).take()).toBe(`${upgrade()}${eager}andmore`);
  },
);

test('a refused upgrade stays HTTP', async () => {
  const play = await Play.begin();
  await play.say(upgrade() + get('/2', 'alice'));
  await play.answer(0, ok('no'));
  await play.answer(1, ok('two'));
  expect(play.client.take()).toBe(ok('no') + servedBy('alice', 'two'));
});

test('a switch that nobody asked for is 502', async () => {
  const play = await Play.begin();
  await play.say(get('/1'));
  await play.answer(0, switched);
  expect(play.client.take()).toMatch(/^HTTP\/1\.1 502 .*\r\n(?:.+\r\n)*X-Intercept-Error: upstream_violation\r\n/);
  expect(play.client.left).toBe('ended');
});

test('an upgrade to h2c alone is not offered, and not accepted', async () => {
  const play = await Play.begin();
  await play.say(get('/1', undefined, 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n'));
  expect(play.target(0).take()).toBe(get('/1'));
  await play.answer(0, switched.replace('websocket', 'h2c'));
  expect(play.client.take()).toMatch(/^HTTP\/1\.1 502 /);
});

test('both halves of raw bytes end on their own', async () => {
  const play = await beginSwitched();
  play.client.end();
  await play.settle();
  expect([play.target(0).left, play.client.left]).toEqual(['ended', 'no']);
  await play.answer(0, 'late');
  play.target(0).end();
  await play.settle();
  expect([play.client.take(), play.client.left, play.closes, play.clock.pending]).toEqual(['late', 'closed', 1, 0]);
});

test('the target may end its half first', async () => {
  const play = await beginSwitched();
  play.target(0).end();
  await play.settle();
  expect(play.client.left).toBe('ended');
  await play.say('late');
  play.client.end();
  await play.settle();
  expect([play.target(0).take(), play.target(0).left, play.closes]).toEqual(['late', 'closed', 1]);
});

test.each(['client', 'target'] as const)('raw bytes that break at one side (%s) break at the other', async (side) => {
  const play = await beginSwitched();
  (side === 'client' ? play.client : play.target(0)).reset('tunnel_lost');
  await play.settle();
  expect((side === 'client' ? play.target(0) : play.client).left).toBe('canceled');
  expect([play.closes, play.clock.pending]).toEqual([1, 0]);
});

test.each(['client', 'target'] as const)('a side (%s) that ended its half and breaks then is noticed', async (side) => {
  const play = await beginSwitched();
  const [leaving, staying] = side === 'client' ? [play.client, play.target(0)] : [play.target(0), play.client];
  leaving.end();
  await play.settle();
  leaving.reset();
  await play.settle();
  expect([staying.left, play.closes]).toEqual(['canceled', 1]);
});

test('raw bytes may be idle for a day', async () => {
  const play = await Play.begin({ limits: { spliceIdleMs: 30_000, idleMs: 5_000 } });
  await play.say(upgrade());
  await play.answer(0, switched);
  await play.pass(29_000);
  await play.answer(0, 'x');
  await play.pass(29_000);
  expect(play.client.left).toBe('no');
  await play.pass(3000);
  expect([play.client.left, play.target(0).left]).toEqual(['canceled', 'canceled']);
});

test('the other targets are let go when the protocol changes', async () => {
  const play = await Play.begin();
  await play.say(get('/1', 'alice'));
  await play.answer(0, ok('one'));
  await play.say(upgrade());
  await play.answer(1, switched);
  expect([play.target(0).left, play.target(1).left]).toEqual(['ended', 'no']);
  play.target(0).send('unasked');
  play.target(0).end();
  await play.settle();
  expect([play.target(0).left, play.client.left]).toEqual(['closed', 'no']);
});

test('a target that takes its time gets all of the raw bytes, although both sides have ended', async () => {
  const play = await beginSwitched();
  const long = 'x'.repeat(3 * highWaterBytes);
  play.target(0).pause();
  await play.answer(0, 'bye');
  play.target(0).end();
  play.target(0).resume();
  await play.settle();
  play.target(0).pause();
  await play.say(long);
  play.client.end();
  await play.settle();
  play.client.resume();
  await play.pass(20_000);
  play.target(0).resume();
  await play.pass(1000);
  expect([play.target(0).take().length, play.target(0).left, play.client.left]).toEqual([long.length, 'closed', 'closed']);
  await play.pass(10_000);
  expect([play.closes, play.clock.pending]).toEqual([1, 0]);
});
