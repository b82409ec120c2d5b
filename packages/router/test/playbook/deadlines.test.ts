import { expect, test } from 'vitest';
import { dialFailed, get, highWaterBytes, ok, Play, post, refusal, servedBy } from './play.ts';

const late = refusal('408 Request Timeout', 'request_timeout', 'The request head was not complete after 10 s.\n', { closes: true });

test('a head that is not complete after 10 s is 408, however many bytes came [router.headTimeoutMs]', async () => {
  const play = await Play.begin();
  for (const byte of get('/1').slice(0, 10)) {
    await play.say(byte);
    await play.pass(1000);
  }
  expect(play.client.take()).toBe('');
  await play.say('P');
  await play.pass(1000);
  expect([play.client.take(), play.client.left, play.dials.length]).toEqual([late, 'ended', 0]);
});

test('the time for a head begins anew with each one', async () => {
  const play = await Play.begin();
  for (const path of ['/1', '/2', '/3']) {
    await play.say(get(path).slice(0, 10));
    await play.pass(8000);
    await play.say(get(path).slice(10));
    await play.answer(0, ok(path));
  }
  expect(play.client.take()).toBe(ok('/1') + ok('/2') + ok('/3'));
});

test('a slow body is no slow head', async () => {
  const play = await Play.begin();
  await play.say(post('/1', 3) + 'a');
  await play.pass(30_000);
  await play.say('bc');
  await play.answer(0, ok('one'));
  expect(play.client.take()).toBe(ok('one'));
});

test('a head that stops behind an unanswered request is an abort', async () => {
  const play = await Play.begin();
  await play.say(get('/1') + 'GET');
  await play.pass(12_000);
  expect([play.client.left, play.target(0).left]).toEqual(['canceled', 'canceled']);
});

test('an idle connection ends after an hour, a silent exchange is aborted [router.idleMs]', async () => {
  const idle = await Play.begin({ limits: { idleMs: 20_000 } });
  await idle.say(get('/1'));
  await idle.answer(0, ok('one'));
  await idle.pass(20_000);
  expect(idle.client.left).toBe('no');
  await idle.pass(2000);
  expect([idle.client.take(), idle.client.left, idle.target(0).left]).toEqual([ok('one'), 'ended', 'ended']);

  const silent = await Play.begin({ limits: { idleMs: 20_000 } });
  await silent.say(get('/1'));
  await silent.pass(22_000);
  expect(silent.client.left).toBe('canceled');
});

test('a client that ended its half waits a minute for its answer [router.halfClosedMs]', async () => {
  const play = await Play.begin();
  await play.say(get('/1'));
  play.client.end();
  await play.pass(59_000);
  expect(play.client.left).toBe('no');
  await play.pass(3_000);
  expect(play.client.left).toBe('canceled');
});

test('an idle connection to a developer ends after 15 s, the one to the baseline stays [router.keyedIdleMs]', async () => {
  const play = await Play.begin();
  await play.say(get('/1'));
  await play.answer(0, ok('one'));
  await play.say(get('/2', 'alice'));
  await play.pass(30_000);
  expect(play.target(1).left).toBe('no');
  await play.answer(1, ok('two'));
  await play.pass(14_000);
  expect(play.target(1).left).toBe('no');
  await play.pass(3000);
  expect([play.target(0).left, play.target(1).left]).toEqual(['no', 'ended']);
  await play.say(get('/3', 'alice'));
  await play.answer(2, ok('three'));
  expect(play.client.take()).toBe(ok('one') + servedBy('alice', 'two') + servedBy('alice', 'three'));
});

test('a client that does not end its half is reset after 5 s [router.lingerMs]', async () => {
  const play = await Play.begin();
  await play.say(get('/1', undefined, 'Connection: close\r\n'));
  await play.answer(0, ok('one'));
  await play.pass(4000);
  await play.say('still here');
  expect(play.client.left).toBe('ended');
  await play.pass(3000);
  expect([play.client.take(), play.client.left, play.closes]).toEqual([ok('one'), 'canceled', 1]);
});

test('a slow client gets the whole of its last answer', async () => {
  const long = 'x'.repeat(3 * highWaterBytes);
  const play = await Play.begin({ pausedClient: true });
  await play.say(get('/1', undefined, 'Connection: close\r\n'));
  await play.answer(0, ok(long));
  await play.pass(20_000);
  play.client.resume();
  await play.settle();
  expect([play.client.take().length, play.client.left]).toEqual([ok(long).length, 'ended']);
  await play.pass(7000);
  expect(play.client.left).toBe('canceled');
});

test('a client that never takes its last answer is not waited for forever', async () => {
  const play = await Play.begin({ pausedClient: true, limits: { idleMs: 60_000 } });
  await play.say(get('/1', undefined, 'Connection: close\r\n'));
  await play.answer(0, ok('one'));
  await play.pass(70_000);
  expect([play.client.left, play.closes]).toEqual(['canceled', 1]);
});

const announced = (answer: string): string => answer.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n');

test('a drain answers what went on, announces the end with the last of it, and takes no request behind it', async () => {
  const play = await Play.begin();
  await play.say(get('/1', 'alice') + get('/2', 'alice'));
  play.draining = true;
  await play.say(get('/3', 'alice'));
  await play.answer(0, ok('one') + ok('two', 'Connection: keep-alive\r\nKeep-Alive: timeout=5\r\n'));
  expect(play.client.take()).toBe(servedBy('alice', 'one') + announced(servedBy('alice', 'two')));
  expect(play.target(0).take()).toBe(get('/1', 'alice') + get('/2', 'alice'));
  expect(play.client.left).toBe('ended');
});

test('a drain that is called off lets go on what it held', async () => {
  const play = await Play.begin();
  await play.say(get('/1'));
  play.draining = true;
  await play.say(get('/2'));
  play.draining = false;
  await play.answer(0, ok('one'));
  await play.answer(0, ok('two'));
  expect(play.target(0).take()).toBe(get('/1') + get('/2'));
  expect([play.client.take(), play.client.left]).toEqual([ok('one') + ok('two'), 'no']);
});

test('a drain does not cut a request short that is answered early', async () => {
  const play = await Play.begin();
  await play.say(post('/1', 10) + 'hello');
  play.draining = true;
  await play.answer(0, ok('one'));
  await play.say('world' + get('/2'));
  await play.answer(0, ok('two'));
  expect(play.target(0).take()).toBe(post('/1', 10) + 'helloworld' + get('/2'));
  expect([play.client.take(), play.client.left]).toEqual([ok('one') + announced(ok('two')), 'ended']);
});

test('a drain ends idle connections only when it is told to', async () => {
  const play = await Play.begin();
  await play.say(get('/1'));
  expect(play.connection.isIdle).toBe(false);
  await play.answer(0, ok('one'));
  play.draining = true;
  await play.pass(5000);
  expect([play.client.left, play.connection.isIdle]).toEqual(['no', true]);
  await play.say('GET');
  expect(play.connection.isIdle).toBe(false);
});

test('a router that drains closes with its own answers too, and with the last one only', async () => {
  const play = await Play.begin({ dials: 'waiting' });
  await play.say(get('/1', 'alice') + get('/2', 'alice'));
  play.draining = true;
  play.dial(0).fail('developer_offline');
  await play.settle();
  const reply = (index: number, closes: boolean): string =>
    refusal('503 Service Unavailable', 'developer_offline', dialFailed, { index, closes });
  expect([play.client.take(), play.client.left]).toEqual([reply(1, false) + reply(2, true), 'ended']);
});
