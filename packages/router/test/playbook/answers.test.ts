import { expect, test } from 'vitest';
import { get, ok, Play, post, refusal, servedBy } from './play.ts';

test('a response before the request is complete goes through; the rest of the body still goes on', async () => {
  const play = await Play.begin();
  await play.say(post('/1', 10) + 'hello');
  await play.answer(0, ok('early'));
  expect(play.client.take()).toBe(ok('early'));
  await play.say('world' + get('/2'));
  expect(play.target(0).take()).toBe(post('/1', 10) + 'helloworld' + get('/2'));
  await play.answer(0, ok('two'));
  expect(play.client.take()).toBe(ok('two'));
});

test('behind an early response a request for another target goes on once the body is complete', async () => {
  const play = await Play.begin();
  await play.say(post('/1', 10) + 'hello');
  await play.answer(0, ok('early'));
  await play.say('world' + get('/2', 'alice') + get('/3'));
  expect(play.target(0).take()).toBe(post('/1', 10) + 'helloworld');
  await play.answer(1, ok('two'));
  await play.answer(0, ok('three'));
  expect(play.client.take()).toBe(ok('early') + servedBy('alice', 'two') + ok('three'));
});

test('an early response with Connection: close ends the connection; the rest of the upload is dropped', async () => {
  const play = await Play.begin();
  await play.say(post('/1', 10_000) + 'hello');
  await play.answer(0, ok('no', 'Connection: close\r\n'));
  expect([play.client.take(), play.client.left]).toEqual([ok('no', 'Connection: close\r\n'), 'ended']);
  for (let index = 0; index < 20; index++) await play.say('x'.repeat(400));
  expect(play.client.unheardBytes).toBe(0);
  expect(play.target(0).left).toBe('canceled');
  play.client.end();
  await play.settle();
  expect([play.closes, play.clock.pending]).toEqual([1, 0]);
});

test('an early response is not torn off when the body breaks afterwards', async () => {
  const play = await Play.begin();
  await play.say(post('/1', 0).replace('Content-Length: 0', 'Transfer-Encoding: chunked') + '5\r\nhello\r\n');
  await play.answer(0, ok('early'));
  await play.say('not a size\r\n');
  expect([play.client.take(), play.client.left]).toEqual([ok('early'), 'ended']);
});

test('when the client ends its half within a body, an early response is the end', async () => {
  const play = await Play.begin();
  await play.say(post('/1', 10) + 'hello');
  play.client.end();
  await play.settle();
  expect(play.target(0).left).toBe('ended');
  await play.answer(0, ok('too short'));
  expect([play.client.take(), play.client.left, play.closes]).toEqual([ok('too short'), 'closed', 1]);
});

test('the half-close of the client is passed on; what it asked is answered', async () => {
  const play = await Play.begin();
  await play.say(get('/1') + get('/2'));
  play.client.end();
  await play.settle();
  expect(play.target(0).left).toBe('ended');
  await play.answer(0, ok('one'));
  expect(play.client.left).toBe('no');
  await play.answer(0, ok('two'));
  expect([play.client.take(), play.client.left, play.closes]).toEqual([ok('one') + ok('two'), 'closed', 1]);
});

test('a half-close behind a held request is passed on with that request', async () => {
  const play = await Play.begin();
  play.client.send(get('/1') + get('/2', 'alice'));
  play.client.end();
  await play.settle();
  expect(play.target(0).left).toBe('no');
  await play.answer(0, ok('one'));
  expect([play.target(1).take(), play.target(1).left]).toEqual([get('/2', 'alice'), 'ended']);
  await play.answer(1, ok('two'));
  expect([play.client.take(), play.client.left]).toEqual([ok('one') + servedBy('alice', 'two'), 'closed']);
});

test('a client that leaves in order ends its idle targets in order', async () => {
  const play = await Play.begin();
  await play.say(get('/1'));
  await play.answer(0, ok('one'));
  await play.say(get('/2', 'alice'));
  await play.answer(1, ok('two'));
  play.client.end();
  await play.settle();
  expect([play.closes, play.target(0).left, play.target(1).left]).toEqual([1, 'ended', 'ended']);
  play.target(0).end();
  await play.pass(6000);
  // One of them ends its half too; the other one does not.
  expect([play.target(0).left, play.target(1).left, play.clock.pending]).toEqual(['closed', 'canceled', 0]);
});

test('a client that leaves under its request resets the target', async () => {
  const play = await Play.begin();
  await play.say(get('/1'));
  play.client.reset();
  await play.settle();
  expect([play.closes, play.target(0).left, play.clock.pending]).toEqual([1, 'canceled', 0]);
});

test('interim responses go through; the 33rd is too many [router.interimResponses]', async () => {
  const early = 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n';
  const play = await Play.begin();
  await play.say(get('/1'));
  await play.answer(0, early.repeat(32) + ok('one'));
  expect(play.client.take()).toBe(early.repeat(32) + ok('one'));
  await play.say(get('/2'));
  await play.answer(0, early.repeat(33) + ok('two'));
  const tooMany = refusal('502 Bad Gateway', 'upstream_violation', 'The target sent too many interim responses.\n', { closes: true });
  expect([play.client.take(), play.client.left]).toEqual([early.repeat(32) + tooMany, 'ended']);
});

test('100 Continue lets the body come', async () => {
  const play = await Play.begin();
  await play.say(post('/1', 2, 'alice', 'Expect: 100-continue\r\n'));
  await play.answer(0, 'HTTP/1.1 100 Continue\r\n\r\n');
  expect(play.client.take()).toBe('HTTP/1.1 100 Continue\r\n\r\n');
  await play.say('hi');
  await play.answer(0, ok('one'));
  expect(play.client.take()).toBe(ok('one', 'X-Intercept-Served-By: alice@tunnel\r\n'));
});

test('a target that is lost behind an interim response is still answered for', async () => {
  const play = await Play.begin();
  await play.say(post('/1', 2, 'alice', 'Expect: 100-continue\r\n'));
  await play.answer(0, 'HTTP/1.1 100 Continue\r\n\r\n');
  await play.say('hi');
  play.target(0).reset('tunnel_lost');
  await play.settle();
  expect(play.client.take()).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 502 [^]*X-Intercept-Error: tunnel_lost\r\n/);
  expect(play.client.left).toBe('no');
});

test('a response that nobody asked for ends the connection', async () => {
  const play = await Play.begin();
  await play.say(get('/1'));
  await play.answer(0, ok('one') + ok('unasked'));
  expect([play.client.take(), play.client.left]).toEqual([ok('one'), 'ended']);
});

test.each([
  ['alice', 'baseline'],
  ['baseline', 'alice'],
])('what an idle target (%s) says unasked does not touch the answer of another (%s)', async (idle, busy) => {
  const play = await Play.begin();
  const keyOf = (name: string): string | undefined => (name === 'baseline' ? undefined : name);
  await play.say(get('/1', keyOf(idle)));
  await play.answer(0, ok('one'));
  await play.say(get('/2', keyOf(busy)));
  await play.answer(1, ok('two').slice(0, -1));
  await play.answer(0, 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n');
  await play.answer(1, 'o');
  const heard = (name: string, body: string): string => (name === 'baseline' ? ok(body) : servedBy(name, body));
  expect(play.client.take()).toBe(heard(idle, 'one') + heard(busy, 'two'));
  expect(play.client.left).toBe('no');
  expect(play.target(0).left).not.toBe('no');
  await play.say(get('/3', keyOf(idle)));
  expect(play.target(2).take()).toBe(get('/3', keyOf(idle)));
});

test('what an idle developer says unasked costs the client nothing', async () => {
  const play = await Play.begin();
  await play.say(get('/1', 'alice'));
  await play.answer(0, ok('one'));
  await play.answer(0, 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n');
  await play.say(get('/2', 'alice'));
  await play.answer(1, ok('two'));
  expect(play.client.take()).toBe(servedBy('alice', 'one') + servedBy('alice', 'two'));
});

test('a response without a single meaning is 502 and ends the connection', async () => {
  const play = await Play.begin();
  await play.say(get('/1', 'alice'));
  await play.answer(0, 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n');
  expect(play.client.take()).toBe(
    refusal('502 Bad Gateway', 'upstream_violation', 'The message has more than one Content-Length.\n', { closes: true }),
  );
  expect([play.client.left, play.target(0).left]).toEqual(['ended', 'canceled']);
});

test('a chunked response that breaks is an abort, never an end', async () => {
  const play = await Play.begin();
  await play.say(get('/1'));
  await play.answer(0, 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n');
  await play.answer(0, 'oops\r\n');
  expect(play.client.left).toBe('canceled');
});

test('HEAD is answered without a body; what comes behind is the next answer', async () => {
  const play = await Play.begin();
  await play.say(get('/1').replace('GET', 'HEAD') + get('/2'));
  const head = ok('').replace('Length: 0', 'Length: 999');
  await play.answer(0, head + ok('two'));
  expect(play.client.take()).toBe(head + ok('two'));
});

test('a bad request behind good ones is answered last, and ends the connection', async () => {
  const play = await Play.begin();
  await play.say(get('/1') + 'GET /2 HTTP/1.1\r\n\r\n' + get('/3'));
  expect(play.target(0).take()).toBe(get('/1'));
  await play.answer(0, ok('one'));
  expect(play.client.take()).toBe(
    ok('one') + refusal('400 Bad Request', 'protocol_violation', 'The request has no Host.\n', { closes: true }),
  );
  expect(play.client.left).toBe('ended');
});

test('a request with two keys is answered 400 in its place', async () => {
  const play = await Play.begin();
  const confused = get('/2', undefined, 'X-Intercept-Id: alice\r\nX-Intercept-Id: bob\r\n');
  await play.say(get('/1') + confused);
  await play.answer(0, ok('one'));
  expect(play.client.take()).toMatch(/^HTTP\/1\.1 200 [^]*oneHTTP\/1\.1 400 [^]*X-Intercept-Error: protocol_violation\r\n/);
  expect([play.dialled, play.counts.exchanges.refused]).toEqual([['baseline'], 1]);
});

test('a refusal of a request that cannot be read has a body, whatever the request before it was', async () => {
  const play = await Play.begin();
  await play.say(get('/1').replace('GET', 'HEAD'));
  await play.answer(0, ok(''));
  await play.say('\0');
  expect(play.client.take()).toMatch(/request line does not begin with a method and one space\.\n$/);
});
