import { expect, test } from 'vitest';
import { get, ok, Play } from './play.ts';

test('a client that does not read the answers of the router gets no further ones, until it reads', async () => {
  const play = await Play.begin({ dials: 'waiting', limits: { unreadBytes: 1_000 } });
  play.client.pause();
  for (let count = 0; count < 100; count++) {
    await play.say(get(`/${count}`, 'alice'));
    play.dials.findLast(({ isOpen }) => isOpen)?.fail('developer_offline');
    await play.settle();
  }
  const answered = play.dials.length;
  expect(answered).toBeLessThan(30);
  play.client.resume();
  await play.settle();
  expect(play.dials.length).toBeGreaterThan(answered);
});

test('an interim response is no answer yet: a target that leaves after one is answered for', async () => {
  const play = await Play.begin();
  await play.say(get('/1', 'alice'));
  await play.answer(0, 'HTTP/1.1 103 Early Hints\r\n\r\n');
  play.target(0).reset('tunnel_lost');
  await play.settle();
  expect(play.client.take()).toMatch(/^HTTP\/1\.1 103 Early Hints\r\n\r\nHTTP\/1\.1 502 Bad Gateway\r\n/);
  expect(play.client.left).toBe('no');
});

test('a client that ended its half does not wait for ever', async () => {
  const play = await Play.begin();
  await play.say(get('/1', 'alice'));
  play.client.end();
  await play.pass(59_000);
  expect(play.client.left).toBe('no');
  await play.pass(3_000);
  expect(play.client.left).toBe('canceled');
});

test('a keyed request counts its hops, and a plain one does not', async () => {
  const play = await Play.begin();
  await play.say(get('/1', 'alice') + get('/2', undefined));
  expect(play.target(0).record.bytes().toString()).toMatch(/\r\nx-intercept-hops: 1\r\n\r\n$/);
  await play.answer(0, ok('one'));
  expect(play.target(1).record.bytes().toString()).toBe(get('/2'));
});

test('a request that went round too often is refused', async () => {
  const play = await Play.begin();
  await play.say(get('/1', 'alice', 'X-Intercept-Hops: 8\r\n'));
  expect(play.client.take()).toMatch(/^HTTP\/1\.1 508 .*\r\nX-Intercept-Error: loop_detected\r\n/s);
  expect([play.dials.length, play.client.left]).toEqual([0, 'ended']);
});

test('a target that many connections wait for takes no more of them', async () => {
  const play = await Play.begin({ limits: { connectionsPerIntercept: 0 } });
  await play.say(get('/1', 'alice'));
  expect(play.client.take()).toMatch(/^HTTP\/1\.1 429 .*\r\nX-Intercept-Error: limit_reached\r\n/s);
  expect(play.dials.length).toBe(0);
});
