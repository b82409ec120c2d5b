import { openRawClient, until } from '@switchyard/testkit';
import { expect, test } from 'vitest';
import { checkLeaks } from '../support/leak-check.ts';
import { openTestRouter } from '../support/test-router.ts';

checkLeaks();

for (const side of ['baseline', 'alice'] as const) {
  const lines = side === 'alice' ? 'x-intercept-id: alice\r\n' : '';
  const head = `POST /1 HTTP/1.1\r\nHost: orders\r\n${lines}Expect: 100-continue\r\nContent-Length: 5\r\n\r\n`;

  test(`a client that waits for 100 gets it from ${side}, then sends its body`, async () => {
    await using router = await openTestRouter({ keys: ['alice'] });
    await using client = await openRawClient(router.port);
    client.send(head);
    await client.readUntil('HTTP/1.1 100 Continue\r\n\r\n');
    expect(router.origins[side].requests.length).toBe(0);
    client.send('hello');
    expect((await client.readResponse('POST')).body.toString()).toBe('hello');
  });

  test(`${side} refuses the expectation: the client never sends the body, and the connection ends`, async () => {
    const behaviour: Parameters<typeof openTestRouter>[0]['keyed'] = {
      onHead: (_head, connection) => {
        connection.send('HTTP/1.1 417 Expectation Failed\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno');
        connection.socket.end();
      },
    };
    await using router = await openTestRouter({ keys: ['alice'], baseline: behaviour, keyed: behaviour });
    await using client = await openRawClient(router.port);
    client.send(head);
    const response = await client.readResponse('POST');
    expect([response.status, response.body.toString()]).toEqual([417, 'no']);
    expect(await client.untilEnded()).toBe('end');
  });
}

test('nothing goes on behind an expectation before it is answered', async () => {
  await using router = await openTestRouter({ keys: ['alice'], baseline: { onHead: () => {}, answer: () => {} } });
  await using client = await openRawClient(router.port);
  client.send('POST /1 HTTP/1.1\r\nHost: orders\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello');
  client.send('GET /2 HTTP/1.1\r\nHost: orders\r\nx-intercept-id: alice\r\n\r\nGET /3 HTTP/1.1\r\nHost: orders\r\n\r\n');
  await until(() => router.origins.baseline.requests.length === 1);
  await client.flushed();
  expect(router.origins.alice.accepted.length).toBe(0);
  router.origins.baseline.accepted[0]?.send('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
  expect((await client.readResponse('POST')).interim.length).toBe(1);
  expect((await client.readResponse()).body.toString()).toBe('alice GET /2\n');
  await until(() => router.origins.baseline.requests.length === 2);
});
