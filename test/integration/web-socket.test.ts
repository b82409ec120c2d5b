import { once } from 'node:events';
import { silentLog, silentMetrics } from '@switchyard/contract';
import { openRouter } from '@switchyard/router';
import { createSystemClock } from '@switchyard/runtime';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { openChatServer } from '../support/chat-server.ts';
import { checkLeaks } from '../support/leak-check.ts';
import { createDirectSnapshot, createTestDialer, orders } from '../support/test-router.ts';

checkLeaks();

async function openChat(): Promise<AsyncDisposable & { readonly port: number }> {
  await using scope = new AsyncDisposableStack();
  const baseline = scope.use(await openChatServer('baseline'));
  const alice = scope.use(await openChatServer('alice'));
  const clock = createSystemClock();
  const router = scope.use(openRouter({ clock, log: silentLog, metrics: silentMetrics, dialer: createTestDialer(clock) }));
  router.update(createDirectSnapshot({ alice: alice.port }));
  const port = await router.listen({
    service: orders,
    port: 'http',
    host: '127.0.0.1',
    listenPort: 0,
    protocol: 'auto',
    baseline: { host: '127.0.0.1', port: baseline.port },
  });
  const owned = scope.move();
  return { port, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** Connects, and gives the socket with the greeting, which may come right behind the handshake. */
async function dial(url: string, headers: Record<string, string> = {}): Promise<{ socket: WebSocket; greeting: string }> {
  const socket = new WebSocket(url, { headers });
  const [greeting] = await once(socket, 'message');
  return { socket, greeting: String(greeting) };
}

async function close(socket: WebSocket): Promise<void> {
  const closed = once(socket, 'close');
  socket.close(1000, 'done');
  const [code, reason] = await closed;
  expect([code, String(reason)]).toEqual([1000, 'done']);
}

const ways: readonly [name: string, path: string, headers: Record<string, string>, side: string][] = [
  ['no key', '/chat', {}, 'baseline'],
  ['the header', '/chat', { 'x-intercept-id': 'alice' }, 'alice'],
  ['baggage', '/chat', { baggage: 'intercept=alice' }, 'alice'],
  ['a cookie', '/chat', { cookie: 'a=b; intercept=alice' }, 'alice'],
  ['the query', '/chat?a=b&__intercept=alice', {}, 'alice'],
];

for (const [name, path, headers, side] of ways) {
  test(`a WebSocket with ${name} speaks with ${side}, in both directions`, async () => {
    await using chat = await openChat();
    const { socket, greeting } = await dial(`ws://127.0.0.1:${chat.port}${path}`, headers);
    expect(greeting).toBe(`${side} ${path}`);
    for (const message of ['text', Buffer.alloc(200_000, 7)]) {
      socket.send(message);
      const [echoed, isBinary] = await once(socket, 'message');
      expect(isBinary).toBe(typeof message !== 'string');
      expect(Buffer.compare(Buffer.from(echoed), Buffer.from(message))).toBe(0);
    }
    await close(socket);
  });
}
