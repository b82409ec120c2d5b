import { expect, test } from 'vitest';
import { createRule, get, highWaterBytes, ok, Play, post, servedBy } from './play.ts';

/** What may be under way at most: what three buffers take over their marks, with the piece that each got last. */
const boundBytes = 6 * highWaterBytes;

const piece = 'x'.repeat(512);

test('a client that does not listen slows its target down, and misses nothing', async () => {
  const play = await Play.begin({ pausedClient: true });
  await play.say(get('/1'));
  const total = 200 * piece.length;
  play.target(0).send(`HTTP/1.1 200 OK\r\nContent-Length: ${total}\r\n\r\n`);
  let sent = 0;
  while (sent < total && play.target(0).send(piece)) {
    sent += piece.length;
    await play.settle();
  }
  expect(sent).toBeLessThan(boundBytes);
  play.client.resume();
  for (sent += piece.length; sent < total; sent += piece.length) {
    play.target(0).send(piece);
    await play.settle();
  }
  expect(play.client.take().length).toBe(ok('').replace('0', `${total}`).length + total);
});

test('a target that does not listen slows its client down, and misses nothing', async () => {
  const play = await Play.begin();
  await play.say(get('/0'));
  await play.answer(0, ok(''));
  play.target(0).take();
  play.target(0).pause();
  const total = 200 * piece.length;
  play.client.send(post('/1', total));
  let sent = 0;
  while (sent < total && play.client.send(piece)) {
    sent += piece.length;
    await play.settle();
  }
  expect(sent).toBeLessThan(boundBytes);
  play.target(0).resume();
  for (sent += piece.length; sent < total; sent += piece.length) await play.say(piece);
  expect(play.target(0).take().length).toBe(post('/1', total).length + total);
  await play.answer(0, ok('done'));
  expect(play.client.take()).toBe(ok('') + ok('done'));
});

test('a client is not read while its target is dialled', async () => {
  const play = await Play.begin({ dials: 'waiting' });
  await play.say(post('/1', 100 * piece.length, 'alice'));
  let sent = 0;
  while (sent < 100 && play.client.send(piece)) {
    sent++;
    await play.settle();
  }
  expect(sent * piece.length).toBeLessThan(boundBytes);
  play.dial(0).accept();
  await play.settle();
  for (sent++; sent < 100; sent++) await play.say(piece);
  expect(play.target(0).take().length).toBe(post('/1', 100 * piece.length, 'alice').length + 100 * piece.length);
});

test('a target that was slowed down for a response speaks again at its next one', async () => {
  const play = await Play.begin({ pausedClient: true });
  const long = 'x'.repeat(2 * highWaterBytes);
  await play.say(get('/1'));
  await play.answer(0, ok(long));
  await play.say(get('/2', 'alice'));
  await play.answer(1, ok(long));
  play.client.resume();
  await play.say(get('/3'));
  await play.answer(0, ok('three'));
  await play.say(get('/4', 'alice'));
  await play.answer(1, ok('four'));
  expect(play.client.take()).toBe(ok(long) + servedBy('alice', long) + ok('three') + servedBy('alice', 'four'));
});

test('a blocked upload does not count as a head that does not come', async () => {
  const play = await Play.begin();
  await play.say(get('/0'));
  await play.answer(0, ok(''));
  play.target(0).pause();
  // The next head begins in the piece that fills the target's buffer.
  const body = 'x'.repeat(2 * highWaterBytes);
  await play.say(post('/1', body.length) + body + get('/2').slice(0, 5));
  await play.say(get('/2').slice(5));
  await play.pass(20_000);
  expect(play.client.left).toBe('no');
  play.target(0).resume();
  await play.settle();
  await play.answer(0, ok('one') + ok('two'));
  expect(play.client.take()).toBe(ok('') + ok('one') + ok('two'));
});

test('what the client sends before the target is open is sent in its order', async () => {
  const play = await Play.begin({ dials: 'waiting', first: post('/1', 10) + 'hello' });
  await play.say('world');
  play.dial(0).accept();
  await play.settle();
  expect(play.target(0).take()).toBe(post('/1', 10) + 'helloworld');
});

test('bytes that come inside of resume() come behind those that came before', async () => {
  const play = await Play.begin({ first: get('/1').slice(0, 10), insideResume: get('/1').slice(10) });
  expect(play.target(0).take()).toBe(get('/1'));
});

test('a client that does not read the answers of the router gets no further ones [router.unreadBytes]', async () => {
  const play = await Play.begin({ dials: 'waiting', pausedClient: true, limits: { unreadBytes: highWaterBytes } });
  for (let index = 0; index < 20; index++) {
    await play.say(get('/1', 'alice'));
    const dial = play.dials.at(-1);
    if (dial?.isOpen === true) dial.fail('developer_offline');
    await play.settle();
  }
  expect(play.dials.length).toBeLessThan(6);
  play.client.resume();
  await play.settle();
  for (let index = 0; index < 20; index++) {
    const dial = play.dials.at(-1);
    if (dial?.isOpen === true) dial.fail('developer_offline');
    await play.settle();
  }
  expect(play.client.take().match(/503 Service Unavailable/g)?.length).toBe(20);
});

test('of too many idle developers the one that was opened first is let go [router.keyedUpstreams]', async () => {
  const keys = ['key-a', 'key-b', 'key-c', 'key-d'];
  const play = await Play.begin({ limits: { keyedUpstreams: 3 } });
  play.route(keys.map((key) => createRule(key)));
  for (const [index, key] of keys.entries()) {
    await play.say(get('/1', key));
    await play.answer(index, ok('x'));
  }
  expect(play.targets.map((target) => target.left)).toEqual(['ended', 'no', 'no', 'no']);
  await play.say(get('/2', 'key-a'));
  expect(play.dialled).toEqual([...keys, 'key-a']);
  expect(play.target(1).left).toBe('ended');
});
