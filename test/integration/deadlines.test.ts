import { InterceptError } from '@switchyard/contract';
import { createFakeClock, openRawClient, until } from '@switchyard/testkit';
import { expect, test } from 'vitest';
import { checkLeaks } from '../support/leak-check.ts';
import { createTestDialer, openTestRouter } from '../support/test-router.ts';

checkLeaks();

const get = (path: string, lines = ''): string => `GET ${path} HTTP/1.1\r\nHost: orders\r\n${lines}\r\n`;

/** Moves time second by second: the router looks at its deadlines once a second. */
async function advanceSeconds(clock: { advance(ms: number): void }, seconds: number): Promise<void> {
  for (let passed = 0; passed < seconds; passed++) {
    clock.advance(1000);
    await new Promise(setImmediate);
  }
}

test('a request head that is not finished in 10 s is answered 408', async () => {
  const clock = createFakeClock();
  await using router = await openTestRouter({ keys: [], clock });
  await using client = await openRawClient(router.port);
  client.send(get('/1'));
  await client.readResponse();
  client.send('GET /2 HTTP/1.1\r\nHost: ord');
  await client.flushed();
  // The head begins to count when the router has seen it.
  await new Promise((resolve) => setTimeout(resolve, 50));
  await advanceSeconds(clock, 8);
  expect(client.ended).toBeUndefined();
  await advanceSeconds(clock, 5);
  const response = await client.readResponse();
  expect([response.status, response.header('x-intercept-error')]).toEqual([408, 'request_timeout']);
  expect(await client.untilEnded()).toBe('end');
  expect(router.origins.baseline.requests.length).toBe(1);
});

test('a first line that trickles in is cut off too', async () => {
  const clock = createFakeClock();
  await using router = await openTestRouter({ keys: [], clock });
  await using client = await openRawClient(router.port);
  client.send('G');
  await client.flushed();
  await new Promise((resolve) => setTimeout(resolve, 50));
  await advanceSeconds(clock, 13);
  await client.untilEnded();
  expect(router.origins.baseline.accepted.length).toBe(0);
});

test('an idle client connection closes after an hour, not before', async () => {
  const clock = createFakeClock();
  await using router = await openTestRouter({ keys: [], clock });
  await using client = await openRawClient(router.port);
  client.send(get('/1'));
  await client.readResponse();
  await advanceSeconds(clock, 3590);
  client.send(get('/2'));
  expect((await client.readResponse()).status).toBe(200);
  await advanceSeconds(clock, 3595);
  expect(client.ended).toBeUndefined();
  await advanceSeconds(clock, 10);
  expect(await client.untilEnded()).toBe('end');
  await until(() => router.origins.baseline.open === 0);
});

test("an idle connection to a developer's target closes after 15 s, the client's and the baseline's stay", async () => {
  const clock = createFakeClock();
  await using router = await openTestRouter({ keys: ['alice'], clock });
  await using client = await openRawClient(router.port);
  client.send(get('/1') + get('/2', 'x-intercept-id: alice\r\n'));
  await client.readResponse();
  await client.readResponse();
  await advanceSeconds(clock, 12);
  expect(router.origins.alice.open).toBe(1);
  await advanceSeconds(clock, 6);
  await until(() => router.origins.alice.open === 0);
  expect(router.origins.baseline.open).toBe(1);
  client.send(get('/3', 'x-intercept-id: alice\r\n'));
  expect((await client.readResponse()).body.toString()).toBe('alice GET /3\n');
});

test('a slow answer is waited for: 59 minutes without a byte break nothing', async () => {
  const clock = createFakeClock();
  let finish: (() => void) | undefined;
  await using router = await openTestRouter({
    keys: ['alice'],
    clock,
    keyed: { answer: (_request, connection) => void (finish = () => connection.send('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')) },
  });
  await using client = await openRawClient(router.port);
  client.send(get('/', 'x-intercept-id: alice\r\n'));
  await until(() => finish);
  await advanceSeconds(clock, 59 * 60);
  finish?.();
  expect((await client.readResponse()).status).toBe(200);
});

test('a client that does not read our last answer is let go after a while', async () => {
  const clock = createFakeClock();
  await using router = await openTestRouter({ keys: [], clock });
  await using client = await openRawClient(router.port);
  client.send('nonsense\r\n\r\n');
  expect((await client.readResponse()).status).toBe(400);
  expect(await client.untilEnded()).toBe('end');
  // Our half stays open on purpose.
  await advanceSeconds(clock, 8);
  client.send('x');
  await client.flushed();
  client.send('x');
  await until(() => client.aborted, { about: 'the router to drop the connection' });
});

test('a target that is dialled for too long is a 504 that says so', async () => {
  const clock = createFakeClock();
  let dialling = 0;
  const ordinary = createTestDialer(clock);
  await using router = await openTestRouter({
    keys: ['alice'],
    clock,
    dialer: {
      dial(target, signal) {
        if (target.t !== 'direct') return ordinary.dial(target, signal);
        dialling++;
        // The dialer's contract: it keeps the deadline, the router passes the answer on.
        return new Promise((_resolve, reject) => {
          clock.after(5000, () => reject(new InterceptError('upstream_timeout', 'It did not accept a connection within 5 s.')));
          signal.addEventListener('abort', () => reject(new InterceptError('canceled', 'Given up.')), { once: true });
        });
      },
    },
  });
  await using client = await openRawClient(router.port);
  client.send(get('/', 'x-intercept-id: alice\r\n'));
  await until(() => dialling === 1);
  await advanceSeconds(clock, 6);
  const response = await client.readResponse();
  expect([response.status, response.header('x-intercept-error')]).toEqual([504, 'upstream_timeout']);
});
