import { expect, test } from 'vitest';
import { createRule, get, ok, Play, post, servedBy } from './play.ts';

test('requests without a live key share one connection to the baseline; bytes go on as they came', async () => {
  const play = await Play.begin();
  await play.say(get('/1'));
  expect(play.target(0).take()).toBe(get('/1'));
  await play.answer(0, ok('one'));
  expect(play.client.take()).toBe(ok('one'));
  await play.say(get('/2'));
  expect(play.target(0).take()).toBe(get('/2'));
  expect(play.dialled).toEqual(['baseline']);
});

test('each request is decided on its own: targets change on an open connection', async () => {
  const play = await Play.begin();
  for (const [index, key] of [undefined, 'alice', 'bob', undefined, 'alice'].entries()) {
    await play.say(get(`/${index}`, key));
    const target = [0, 1, 2, 0, 1][index] ?? 0;
    expect(play.target(target).take()).toBe(get(`/${index}`, key));
    await play.answer(target, ok('x'));
    expect(play.client.take()).toBe(key === undefined ? ok('x') : servedBy(key, 'x'));
  }
  expect(play.dialled).toEqual(['baseline', 'alice', 'bob']);
});

test('pipelined requests for one target go on at once, in one piece', async () => {
  const play = await Play.begin();
  const both = get('/1') + post('/2', 5) + 'hello' + get('/3');
  await play.say(both);
  expect(play.target(0).take()).toBe(both);
  await play.answer(0, ok('one') + ok('two'));
  await play.answer(0, ok('three'));
  expect(play.client.take()).toBe(ok('one') + ok('two') + ok('three'));
});

test('a pipelined request for another target waits until the answers before it are complete', async () => {
  const play = await Play.begin();
  await play.say(get('/1') + get('/2', 'alice') + get('/3'));
  expect(play.dialled).toEqual(['baseline']);
  expect(play.target(0).take()).toBe(get('/1'));
  await play.answer(0, ok('one').slice(0, -1));
  expect(play.dialled).toEqual(['baseline']);
  await play.answer(0, 'e');
  expect(play.dialled).toEqual(['baseline', 'alice']);
  expect(play.target(1).take()).toBe(get('/2', 'alice'));
  expect(play.target(0).take()).toBe('');
  await play.answer(1, ok('two'));
  expect(play.target(0).take()).toBe(get('/3'));
  await play.answer(0, ok('three'));
  expect(play.client.take()).toBe(ok('one') + servedBy('alice', 'two') + ok('three'));
});

test.each([
  ['Upgrade', get('/1', undefined, 'Connection: Upgrade\r\nUpgrade: websocket\r\n')],
  ['Expect', post('/1', 2, undefined, 'Expect: 100-continue\r\n') + 'hi'],
])('nothing goes on behind a request with %s until it is answered', async (_name, barrier) => {
  const play = await Play.begin();
  await play.say(barrier + get('/2'));
  expect(play.target(0).take()).toBe(barrier);
  await play.answer(0, ok('one'));
  expect(play.target(0).take()).toBe(get('/2'));
  await play.answer(0, ok('two'));
  expect(play.client.take()).toBe(ok('one') + ok('two'));
});

test('nothing goes on behind Connection: close, ever', async () => {
  const play = await Play.begin();
  const last = get('/1', undefined, 'Connection: close\r\n');
  await play.say(last + get('/2'));
  expect(play.target(0).take()).toBe(last);
  await play.answer(0, ok('one'));
  expect(play.client.take()).toBe(ok('one'));
  expect(play.client.left).toBe('ended');
  expect(play.target(0).take()).toBe('');
  play.client.end();
  await play.settle();
  expect(play.closes).toBe(1);
});

test('the 65th unanswered request waits [router.pipelined]', async () => {
  const play = await Play.begin();
  const requests = Array.from({ length: 66 }, (_, index) => get(`/${index}`));
  for (const request of requests) await play.say(request);
  expect(play.target(0).take()).toBe(requests.slice(0, 64).join(''));
  for (let index = 0; index < 64; index++) await play.answer(0, ok(`${index}`));
  expect(play.target(0).take()).toBe(requests.slice(64).join(''));
  await play.answer(0, ok('64') + ok('65'));
  expect(play.client.take()).toBe(Array.from({ length: 66 }, (_, index) => ok(`${index}`)).join(''));
});

test('another snapshot takes effect with the next request of an open connection', async () => {
  const play = await Play.begin();
  await play.say(get('/1', 'alice'));
  await play.answer(0, ok('one'));
  play.route([createRule('alice', 'fail', 'another-session')]);
  await play.say(get('/2', 'alice'));
  expect(play.target(1).take()).toBe(get('/2', 'alice'));
  await play.answer(1, ok('two'));
  play.route([]);
  await play.say(get('/3', 'alice'));
  expect(play.target(2).take()).toBe(get('/3', 'alice'));
  await play.answer(2, ok('three'));
  expect(play.dialled).toEqual(['alice', 'alice', 'baseline']);
  expect(play.client.take()).toBe(servedBy('alice', 'one') + servedBy('alice', 'two') + ok('three', 'X-Intercept-Status: no-route\r\n'));
});

test('a held request is decided when it goes on, by the snapshot of that moment', async () => {
  const play = await Play.begin();
  await play.say(get('/1') + get('/2', 'alice'));
  play.route([]);
  await play.answer(0, ok('one'));
  expect(play.dialled).toEqual(['baseline']);
  expect(play.target(0).take()).toBe(get('/1') + get('/2', 'alice'));
});

test('a head that comes byte by byte is one request', async () => {
  const play = await Play.begin();
  for (const byte of post('/1', 3, 'alice') + 'abc') await play.say(byte);
  expect(play.target(0).take()).toBe(post('/1', 3, 'alice') + 'abc');
  for (const byte of ok('one')) await play.answer(0, byte);
  expect(play.client.take()).toBe(ok('one', 'X-Intercept-Served-By: alice@tunnel\r\n'));
});

test('a connection to the baseline that was open before is used', async () => {
  const play = await Play.begin({ warm: true, first: get('/1') });
  expect(play.target(0).take()).toBe(get('/1'));
  await play.answer(0, ok('one'));
  expect(play.client.take()).toBe(ok('one'));
  expect(play.dialled).toEqual([]);
});

test('what a client sent and ended before it was understood is answered', async () => {
  const play = await Play.begin({ first: get('/1'), clientEnded: true });
  expect(play.target(0).take()).toBe(get('/1'));
  expect(play.target(0).left).toBe('ended');
  await play.answer(0, ok('one'));
  expect(play.client.take()).toBe(ok('one'));
  expect(play.client.left).toBe('ended');
});
