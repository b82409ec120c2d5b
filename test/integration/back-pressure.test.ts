import { openRawClient, until, type OriginConnection, type OriginRequest } from '@switchyard/testkit';
import { expect, test } from 'vitest';
import { checkLeaks } from '../support/leak-check.ts';
import { openTestRouter } from '../support/test-router.ts';

checkLeaks();

const pieceBytes = 64 * 1024;
/** What the sockets of both hops may hold between a sender and a reader that stands still. */
const boundBytes = 24 * 1024 * 1024;
const totalBytes = 96 * 1024 * 1024;

/** Resolves when `read()` has not grown for a while: the sender is stopped. */
async function untilStill(read: () => number): Promise<number> {
  let last = -1;
  let since = performance.now();
  await until(() => {
    const now = read();
    if (now !== last) {
      last = now;
      since = performance.now();
    }
    return performance.now() - since > 200;
  });
  return last;
}

for (const side of ['baseline', 'alice'] as const) {
  const lines = side === 'alice' ? 'x-intercept-id: alice\r\n' : '';

  test(`a slow reader stops ${side}'s answer, and gets all of it in the end`, { timeout: 30_000 }, async () => {
    let sentToSlow = 0;
    const answer = async (request: OriginRequest, { socket }: OriginConnection): Promise<void> => {
      const piece = Buffer.alloc(pieceBytes, 1);
      let sent = 0;
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${totalBytes}\r\n\r\n`);
      while (sent < totalBytes && !socket.destroyed) {
        sent += piece.length;
        if (request.target === '/slow') sentToSlow = sent;
        if (!socket.write(piece)) await until(() => !socket.writableNeedDrain || socket.destroyed, { timeoutMs: 20_000 });
      }
    };
    await using router = await openTestRouter({ keys: ['alice'], baseline: { answer }, keyed: { answer } });
    await using slow = await openRawClient(router.port);
    await using other = await openRawClient(router.port);
    slow.pause();
    slow.send(`GET /slow HTTP/1.1\r\nHost: orders\r\n${lines}\r\n`);
    const stopped = await untilStill(() => sentToSlow);
    expect(stopped).toBeGreaterThan(0);
    expect(stopped).toBeLessThan(boundBytes);
    // Somebody else is served meanwhile.
    other.send(`GET /other HTTP/1.1\r\nHost: orders\r\n${side === 'alice' ? '' : 'x-intercept-id: alice\r\n'}\r\n`);
    await other.readUntil('HTTP/1.1 200 OK\r\n');
    other.destroy();
    slow.resume();
    while (slow.receivedBytes < totalBytes) {
      await until(() => slow.unread.length > 0, { about: `more than ${slow.receivedBytes} bytes` });
      await slow.readBytes(slow.unread.length);
    }
    expect(slow.receivedBytes).toBeGreaterThan(totalBytes);
  });

  test(`a slow ${side} stops the client's body`, { timeout: 30_000 }, async () => {
    await using router = await openTestRouter({
      keys: ['alice'],
      baseline: { onHead: (_head, { socket }) => void socket.pause() },
      keyed: { onHead: (_head, { socket }) => void socket.pause() },
    });
    await using client = await openRawClient(router.port);
    client.send(`PUT /big HTTP/1.1\r\nHost: orders\r\n${lines}Content-Length: ${totalBytes}\r\n\r\n`);
    const piece = Buffer.alloc(pieceBytes, 2);
    let flushed = 0;
    const stop = new AbortController();
    const sending = (async () => {
      for (let at = 0; at < totalBytes && !stop.signal.aborted; at += piece.length) {
        client.send(piece);
        await until(() => client.unsentBytes === 0 || stop.signal.aborted, { timeoutMs: 20_000 });
        flushed = at;
      }
    })();
    const stopped = await untilStill(() => flushed);
    expect(stopped).toBeLessThan(boundBytes);
    stop.abort();
    client.destroy();
    await sending;
  });
}
