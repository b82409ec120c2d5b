import { expect, test } from 'vitest';
import { get, ok, Play, post, refusal, servedBy } from './play.ts';

/** A play in which the baseline (target 0) has answered once, so that its connection may become stale. */
async function beginAnswered(): Promise<Play> {
  const play = await Play.begin();
  await play.say(get('/0'));
  await play.answer(0, ok('zero'));
  play.target(0).take();
  play.client.take();
  return play;
}

/** The same for a developer's target. */
async function beginKeyed(): Promise<Play> {
  const play = await Play.begin();
  await play.say(get('/0', 'alice'));
  await play.answer(0, ok('zero'));
  play.target(0).take();
  play.client.take();
  return play;
}

test.each(['ended', 'reset'] as const)('GETs on a stale connection go out once more, in order (%s)', async (how) => {
  const play = await beginAnswered();
  await play.say(get('/1') + get('/2'));
  if (how === 'ended') play.target(0).end();
  else play.target(0).reset();
  await play.settle();
  expect(play.target(1).take()).toBe(get('/1') + get('/2'));
  await play.answer(1, ok('one') + ok('two'));
  expect(play.client.take()).toBe(ok('one') + ok('two'));
  expect(play.client.left).toBe('no');
  expect(play.counts.connections).toMatchObject({ stale_replayed: 1, stale_closed: 0 });
});

test('a replay that is lost too ends the client connection, without an answer', async () => {
  const play = await beginAnswered();
  await play.say(get('/1'));
  play.target(0).end();
  await play.settle();
  play.target(1).end();
  await play.settle();
  expect(play.dials.length).toBe(2);
  expect([play.client.take(), play.client.left]).toEqual(['', 'ended']);
  expect(play.counts.connections).toMatchObject({ stale_replayed: 1, stale_closed: 1 });
});

test.each([
  ['a POST', post('/1', 0)],
  ['a DELETE', get('/1').replace('GET', 'DELETE')],
  ['a PUT with a body', post('/1', 2).replace('POST', 'PUT') + 'hi'],
  ['a GET behind which a POST was sent', get('/1') + post('/2', 2) + 'hi'],
  ['a PUT whose body is not complete', post('/1', 9).replace('POST', 'PUT') + 'hi'],
  ['an upgrade', get('/1', undefined, 'Connection: upgrade\r\nUpgrade: websocket\r\n')],
])('%s is not sent twice: the client connection ends without an answer', async (_name, requests) => {
  const play = await beginAnswered();
  await play.say(requests);
  play.target(0).end();
  await play.settle();
  expect(play.dials.length).toBe(1);
  expect([play.client.take(), play.client.left]).toEqual(['', 'ended']);
  expect(play.counts.connections.stale_closed).toBe(1);
});

test('a GET that its server worked on is not stale: it is not sent twice [router.staleMs]', async () => {
  const play = await beginAnswered();
  await play.say(get('/1'));
  await play.pass(3_000);
  play.target(0).end();
  await play.settle();
  expect([play.dials.length, play.client.left]).toEqual([1, 'ended']);
});

test('each request is sent once more at most, also when a server answers one and leaves', async () => {
  const play = await beginAnswered();
  await play.say(get('/1') + get('/2') + get('/3'));
  play.target(0).end();
  await play.settle();
  await play.answer(1, ok('one'));
  play.target(1).end();
  await play.settle();
  expect([play.dials.length, play.client.take(), play.client.left]).toEqual([2, ok('one'), 'ended']);
});

test('a GET whose answer had begun is not sent twice: the client sees an abort', async () => {
  const play = await beginAnswered();
  await play.say(get('/1') + get('/2'));
  await play.answer(0, ok('one').slice(0, -1));
  play.target(0).end();
  await play.settle();
  expect(play.dials.length).toBe(1);
  expect(play.client.left).toBe('canceled');
});

test.each(['ended', 'reset'] as const)("a GET on a developer's stale connection goes there once more (%s)", async (how) => {
  const play = await beginKeyed();
  await play.say(get('/1', 'alice'));
  await play.pass(3_000);
  if (how === 'ended') play.target(0).end();
  else play.target(0).reset('upstream_unreachable');
  await play.settle();
  expect(play.dialled).toEqual(['alice', 'alice']);
  expect(play.target(1).take()).toBe(get('/1', 'alice'));
  await play.answer(1, ok('one'));
  expect([play.client.take(), play.client.left]).toEqual([servedBy('alice', 'one'), 'no']);
  expect(play.counts.connections).toMatchObject({ stale_replayed: 1 });
});

test.each([
  ['a POST', async (play: Play) => play.say(post('/1', 0, 'alice')), 'upstream_unreachable'],
  ['a GET when the way there broke', async (play: Play) => play.say(get('/1', 'alice')), 'tunnel_lost'],
] as const)("%s on a developer's stale connection is answered for, not sent twice", async (_name, ask, code) => {
  const play = await beginKeyed();
  await ask(play);
  play.target(0).reset(code);
  await play.settle();
  expect(play.dialled).toEqual(['alice']);
  expect(play.client.take()).toContain(`X-Intercept-Error: ${code}`);
});

test('a GET that a developer has worked on is not sent twice [router.keyedStaleMs]', async () => {
  const play = await beginKeyed();
  await play.say(get('/1', 'alice'));
  await play.pass(7_000);
  play.target(0).end();
  await play.settle();
  expect(play.dialled).toEqual(['alice']);
  expect(play.client.take()).toContain('502 Bad Gateway');
});

test('a GET that is lost at a developer a second time is answered for', async () => {
  const play = await beginKeyed();
  await play.say(get('/1', 'alice'));
  play.target(0).end();
  await play.settle();
  play.target(1).end();
  await play.settle();
  expect(play.dials.length).toBe(2);
  expect(play.client.take()).toContain('502 Bad Gateway');
});

test('requests behind an answered one go out once more', async () => {
  const play = await beginAnswered();
  await play.say(get('/1') + get('/2'));
  await play.answer(0, ok('one'));
  play.target(0).end();
  await play.settle();
  expect(play.target(1).take()).toBe(get('/2'));
});

test('a baseline that never answered and closes is what the client sees', async () => {
  const play = await Play.begin();
  await play.say(get('/1'));
  play.target(0).end();
  await play.settle();
  expect([play.client.take(), play.client.left, play.dials.length]).toEqual(['', 'ended', 1]);
});

test('when the idle baseline closes, the client connection closes too', async () => {
  const play = await beginAnswered();
  play.target(0).end();
  await play.settle();
  expect([play.client.left, play.client.take()]).toEqual(['ended', '']);
  expect(play.counts.connections).toMatchObject({ stale_replayed: 0, stale_closed: 0 });
  play.client.end();
  await play.settle();
  expect([play.closes, play.target(0).left, play.clock.pending]).toEqual([1, 'closed', 0]);
});

test.each(['ended', 'reset'] as const)('a target that is lost under its request is answered for by the code (%s)', async (how) => {
  const play = await Play.begin();
  await play.say(get('/1', 'alice'));
  if (how === 'ended') play.target(0).end();
  else play.target(0).reset('tunnel_lost');
  await play.settle();
  expect(play.client.take()).toBe(
    how === 'ended'
      ? refusal('502 Bad Gateway', 'upstream_unreachable', "The developer's process closed the connection without an answer.\n")
      : refusal('502 Bad Gateway', 'tunnel_lost', 'The other side reset the connection.\n'),
  );
  expect(play.client.left).toBe('no');
  await play.say(get('/2', 'alice'));
  await play.answer(1, ok('two'));
  expect(play.client.take()).toBe(servedBy('alice', 'two'));
});

test('every outstanding request of a lost target is answered, in order; what was held goes on', async () => {
  const play = await Play.begin();
  await play.say(get('/1', 'alice') + get('/2', 'alice') + get('/3'));
  play.target(0).reset('tunnel_lost');
  await play.settle();
  const lost = (index: number): string => refusal('502 Bad Gateway', 'tunnel_lost', 'The other side reset the connection.\n', { index });
  expect(play.client.take()).toBe(lost(1) + lost(2));
  expect(play.target(1).take()).toBe(get('/3'));
  await play.answer(1, ok('three'));
  expect(play.client.take()).toBe(ok('three'));
});

test('a target that is lost while a body is coming is answered for, and the connection ends', async () => {
  const play = await Play.begin();
  await play.say(post('/1', 10, 'alice') + 'hello');
  play.target(0).reset('tunnel_lost');
  await play.settle();
  expect(play.client.take()).toBe(refusal('502 Bad Gateway', 'tunnel_lost', 'The other side reset the connection.\n', { closes: true }));
  expect(play.client.left).toBe('ended');
  // The rest of the body is taken and dropped, so that the client gets to read the answer.
  await play.say('world' + get('/2'));
  expect([play.client.unheardBytes, play.dials.length]).toEqual([0, 1]);
});

test('a target that is lost in the middle of its response is an abort', async () => {
  const play = await Play.begin();
  await play.say(get('/1', 'alice'));
  await play.answer(0, 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel');
  play.target(0).end();
  await play.settle();
  expect(play.client.left).toBe('canceled');
  expect([play.closes, play.target(0).left]).toEqual([1, 'closed']);
});

test('the end of the target completes a response without a length', async () => {
  const play = await Play.begin();
  await play.say(get('/1', 'alice'));
  await play.answer(0, 'HTTP/1.1 200 OK\r\n\r\nhel');
  await play.answer(0, 'lo');
  expect(play.client.left).toBe('no');
  play.target(0).end();
  await play.settle();
  expect(play.client.take()).toMatch(/\r\n\r\nhello$/);
  expect(play.client.left).toBe('ended');
});

test('a reset completes no response without a length', async () => {
  const play = await Play.begin();
  await play.say(get('/1'));
  await play.answer(0, 'HTTP/1.1 200 OK\r\n\r\nhello');
  play.target(0).reset();
  await play.settle();
  expect(play.client.left).toBe('canceled');
});

test('an idle target that goes away costs the client nothing, also while another one answers', async () => {
  const play = await Play.begin();
  await play.say(get('/1', 'alice'));
  await play.answer(0, ok('one'));
  await play.say(get('/2'));
  play.target(0).reset('tunnel_lost');
  await play.settle();
  await play.answer(1, ok('two'));
  expect(play.client.take()).toBe(servedBy('alice', 'one') + ok('two'));
  await play.say(get('/3', 'alice'));
  expect(play.dialled).toEqual(['alice', 'baseline', 'alice']);
});

test('the idle baseline that goes away while a target answers does not end the connection', async () => {
  const play = await beginAnswered();
  await play.say(get('/1', 'alice'));
  play.target(0).end();
  await play.settle();
  await play.answer(1, ok('one'));
  expect([play.client.take(), play.client.left]).toEqual([servedBy('alice', 'one'), 'no']);
  await play.say(get('/2'));
  expect(play.target(2).take()).toBe(get('/2'));
});

test('a target that is lost while a request for another is held does not lose the held one', async () => {
  const play = await beginAnswered();
  await play.say(get('/1') + get('/2', 'alice'));
  play.target(0).end();
  await play.settle();
  expect(play.dialled).toEqual(['baseline', 'baseline']);
  await play.answer(1, ok('one'));
  await play.answer(2, ok('two'));
  expect(play.client.take()).toBe(ok('one') + servedBy('alice', 'two'));
});
