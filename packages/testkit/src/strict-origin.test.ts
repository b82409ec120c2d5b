import { afterEach, beforeEach, expect, test } from 'vitest';
import { openEchoServer } from './echo-server.ts';
import { watchLeaks, type LeakWatch } from './leaks.ts';
import { cutEveryByte } from './random.ts';
import { openRawClient } from './raw-client.ts';
import { openStrictOrigin } from './strict-origin.ts';
import { until } from './until.ts';

let leaks: LeakWatch;
beforeEach(() => {
  leaks = watchLeaks();
});
afterEach(() => leaks.expectNone());

test('pipelined requests, cut into bytes, are recorded verbatim and answered in order', async () => {
  await using origin = await openStrictOrigin({ name: 'here' });
  await using client = await openRawClient(origin.port);
  const first = 'GET /1 HTTP/1.1\r\nHost: h\r\n\r\n';
  const second = 'POST /2 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n';
  const third = 'HEAD /3 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n';
  await client.sendPieces(cutEveryByte(Buffer.from(first + second + third)));
  expect((await client.readResponse()).body.toString()).toBe('here GET /1\n');
  const echoed = await client.readResponse('POST');
  expect([echoed.status, echoed.header('X-Origin'), echoed.body.toString()]).toEqual([200, 'here', 'abc']);
  expect((await client.readResponse('HEAD')).body.length).toBe(0);
  expect(await client.untilEnded()).toBe('end');
  expect(client.unread.length).toBe(0);
  expect(origin.requests.map((request) => request.raw.toString())).toEqual([first, second, third]);
  expect(origin.violations).toEqual([]);
});

test('what is no request is recorded as a violation and gets no answer', async () => {
  await using origin = await openStrictOrigin();
  await using client = await openRawClient(origin.port);
  client.send('GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n');
  expect((await client.readAll()).length).toBe(0);
  expect(origin.requests.length).toBe(0);
  expect(origin.violations.map((violation) => violation.reason)).toEqual(['several Host fields']);
});

test('an aborted request is a leftover, not a request', async () => {
  await using origin = await openStrictOrigin();
  await using client = await openRawClient(origin.port);
  client.send('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc');
  await client.flushed();
  await until(() => origin.open === 1);
  client.end();
  await until(() => origin.leftovers.length === 1);
  expect(origin.requests.length).toBe(0);
});

test('an interim answer, trailers and a body until close are read', async () => {
  await using origin = await openStrictOrigin({
    answer(request, connection) {
      if (request.target === '/chunked') {
        connection.send(
          'HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\nT: v\r\n\r\n',
        );
      } else {
        connection.send('HTTP/1.0 200 OK\r\n\r\nuntil the end');
        connection.socket.end();
      }
    },
  });
  await using client = await openRawClient(origin.port);
  client.send('GET /chunked HTTP/1.1\r\nHost: h\r\n\r\nGET /close HTTP/1.1\r\nHost: h\r\n\r\n');
  const chunked = await client.readResponse();
  expect(chunked.interim.map((head) => head.status)).toEqual([103]);
  expect([chunked.framing, chunked.body.toString(), chunked.trailers]).toEqual(['chunked', 'ab', [['T', 'v']]]);
  const close = await client.readResponse();
  expect([close.framing, close.body.toString()]).toEqual(['close', 'until the end']);
});

test('an upgrade splices what follows to the script', async () => {
  await using origin = await openStrictOrigin({
    answer(_request, connection) {
      connection.send('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n');
      connection.splice((bytes) => connection.send(bytes));
    },
  });
  await using client = await openRawClient(origin.port);
  client.send('GET / HTTP/1.1\r\nHost: h\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nearly');
  expect((await client.readResponse()).status).toBe(101);
  client.send(' late');
  expect((await client.readBytes(10)).toString()).toBe('early late');
});

test('the echo server echoes half by half', async () => {
  await using echo = await openEchoServer();
  await using client = await openRawClient(echo.port);
  client.send('hello');
  client.end();
  expect((await client.readAll()).toString()).toBe('hello');
});

test('the leak watch sees a server and timers', async () => {
  const watch = watchLeaks();
  const echo = await openEchoServer();
  // The runner's own may end meanwhile.
  const timers = [0, 1, 2, 3].map(() => setTimeout(() => {}, 60_000));
  await expect(watch.expectNone({ timeoutMs: 20 })).rejects.toThrow(/^left behind: (?=.*\d TCPServerWrap)(?=.*\d Timeout)/);
  for (const timer of timers) clearTimeout(timer);
  await echo[Symbol.asyncDispose]();
  await watch.expectNone();
});
