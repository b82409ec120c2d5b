import { expect, test } from 'vitest';
import { dialFailed, get, ok, Play, post, refusal } from './play.ts';

const marked = 'X-Intercept-Status: fell-back\r\n';

test('a dial that fails is answered; the connection stays when the request was complete', async () => {
  const play = await Play.begin({ dials: 'waiting' });
  await play.say(get('/1', 'alice'));
  play.dial(0).fail('developer_offline');
  await play.settle();
  expect(play.client.take()).toBe(refusal('503 Service Unavailable', 'developer_offline', dialFailed));
  await play.say(get('/2'));
  play.dial(1).accept();
  await play.settle();
  await play.answer(0, ok('two'));
  expect([play.client.take(), play.client.left]).toEqual([ok('two'), 'no']);
  expect(play.counts.exchanges).toMatchObject({ routed: 1, failed: 1, baseline: 1 });
});

test.each([
  ['upstream_unreachable', '502 Bad Gateway'],
  ['upstream_timeout', '504 Gateway Timeout'],
  ['limit_reached', '429 Too Many Requests'],
  ['tunnel_lost', '502 Bad Gateway'],
] as const)('a dial that fails with %s is %s', async (code, status) => {
  const play = await Play.begin({ dials: 'waiting' });
  await play.say(get('/1', 'bob'));
  play.dial(0).fail(code);
  await play.settle();
  expect(play.client.take()).toBe(refusal(status, code, dialFailed));
});

test('all pipelined requests of a failed dial are answered, in order; HEAD without a body', async () => {
  const play = await Play.begin({ dials: 'waiting' });
  await play.say(get('/1') + get('/2').replace('GET', 'HEAD') + get('/3', 'alice'));
  play.dial(0).fail('upstream_unreachable');
  await play.settle();
  const reply = (index: number): string => refusal('502 Bad Gateway', 'upstream_unreachable', dialFailed, { index });
  expect(play.client.take()).toBe(reply(1) + reply(2).replace(dialFailed, ''));
  expect(play.dialled).toEqual(['baseline', 'alice']);
  expect(play.client.left).toBe('no');
});

test('a dial that fails while a body is coming is answered, and the connection ends', async () => {
  const play = await Play.begin({ dials: 'waiting' });
  await play.say(post('/1', 100, 'alice') + 'hello');
  play.dial(0).fail('developer_offline');
  await play.settle();
  expect(play.client.take()).toBe(refusal('503 Service Unavailable', 'developer_offline', dialFailed, { closes: true }));
  expect(play.client.left).toBe('ended');
});

test('a request whose intercept falls back is answered by the baseline, with its body', async () => {
  const play = await Play.begin({ dials: 'waiting' });
  const requests = post('/1', 5, 'bob') + 'hello' + get('/2', 'bob');
  await play.say(requests);
  play.dial(0).fail('developer_offline');
  await play.settle();
  expect(play.dialled).toEqual(['bob', 'baseline']);
  play.dial(1).accept();
  await play.settle();
  expect(play.target(0).take()).toBe(requests);
  await play.answer(0, ok('one') + ok('two'));
  expect(play.client.take()).toBe(ok('one', marked) + ok('two', marked));
  expect(play.counts.exchanges).toMatchObject({ routed: 2, fell_back: 2, failed: 0 });
});

test('a body that is still coming goes to the baseline too', async () => {
  const play = await Play.begin({ dials: 'waiting' });
  await play.say(post('/1', 10, 'bob') + 'hello');
  play.dial(0).fail('developer_offline');
  await play.settle();
  play.dial(1).accept();
  await play.say('world');
  expect(play.target(0).take()).toBe(post('/1', 10, 'bob') + 'helloworld');
  await play.answer(0, ok('one'));
  expect(play.client.take()).toBe(ok('one', marked));
});

test('the baseline connection that is open already is used to fall back; later requests are tried anew', async () => {
  const play = await Play.begin({ dials: 'waiting' });
  await play.say(get('/1'));
  play.dial(0).accept();
  await play.settle();
  await play.answer(0, ok('one'));
  await play.say(get('/2', 'bob'));
  play.dial(1).fail('developer_offline');
  await play.settle();
  await play.answer(0, ok('two'));
  await play.say(get('/3', 'bob'));
  expect(play.dialled).toEqual(['baseline', 'bob', 'bob']);
  expect(play.client.take()).toBe(ok('one') + ok('two', marked));
});

test('a client that ended its half early is ended towards the baseline that answers instead', async () => {
  const play = await Play.begin({ dials: 'waiting' });
  await play.say(get('/1', 'bob'));
  play.client.end();
  await play.settle();
  play.dial(0).fail('developer_offline');
  await play.settle();
  play.dial(1).accept();
  await play.settle();
  expect(play.target(0).take()).toBe(get('/1', 'bob'));
  await play.answer(0, ok('one'));
  expect([play.client.take(), play.client.left]).toEqual([ok('one', marked), 'closed']);
  expect(play.target(0).left).toBe('ended');
});

test('a baseline that cannot be reached either is what the client hears of', async () => {
  const play = await Play.begin({ dials: 'waiting' });
  await play.say(get('/1', 'bob'));
  play.dial(0).fail('developer_offline');
  await play.settle();
  play.dial(1).fail('upstream_unreachable');
  await play.settle();
  expect(play.client.take()).toBe(refusal('502 Bad Gateway', 'upstream_unreachable', dialFailed));
  expect(play.dials.length).toBe(2);
});

test.each(['end', 'reset'] as const)('a client that leaves while its target is dialled leaves nothing behind (%s)', async (how) => {
  const play = await Play.begin({ dials: 'waiting' });
  await play.say(get('/1', 'alice'));
  // A pipe that is paused tells of no orderly end, so only the reset comes at once.
  play.client[how]();
  await play.settle();
  if (how === 'end') play.client.reset();
  await play.settle();
  expect([play.closes, play.dial(0).signal.aborted]).toEqual([1, true]);
  const late = play.dial(0).accept();
  await play.settle();
  expect(late.left).toBe('canceled');
  expect([late.take(), play.clock.pending]).toEqual(['', 0]);
});

test('a dial that is given up for a client that left changes nothing any more', async () => {
  const play = await Play.begin({ dials: 'waiting' });
  await play.say(get('/1', 'alice'));
  play.client.reset();
  await play.settle();
  play.dial(0).fail('canceled');
  await play.settle();
  expect([play.closes, play.dials.length, play.clock.pending]).toEqual([1, 1, 0]);
});
