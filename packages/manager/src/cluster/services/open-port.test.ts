import { silentLog, silentMetrics, toLimitValues, type ServiceName, type Target } from '@switchyard/contract';
import { dialSocket, openRouter } from '@switchyard/router';
import { createFakeClock, openRawClient, openStrictOrigin, until } from '@switchyard/testkit';
import { expect, test } from 'vitest';
import { serviceLimits } from '../../limits.ts';
import { OpenPort } from './open-port.ts';

test('a port that cannot be opened when nobody wants it any more is not tried again', async () => {
  const clock = createFakeClock();
  const { promise: listening, reject } = Promise.withResolvers<number>();
  let listens = 0;
  let changes = 0;
  const port = new OpenPort({
    clock,
    log: silentLog,
    router: {
      listen: () => {
        listens++;
        return listening;
      },
      setBaseline: () => {},
      release: async () => 'gone',
    },
    host: '127.0.0.1',
    bindRetryMs: 1_000,
    releaseGraceMs: 1_000,
    onChange: () => changes++,
  });
  port.want({ service: 'orders' as ServiceName, port: 'http', routerPort: 10_000, protocol: 'auto', baseline: undefined });
  expect([listens, changes]).toEqual([1, 1]);
  port[Symbol.dispose]();
  reject(new Error('The port is taken.'));
  await new Promise(setImmediate);
  expect([clock.pending, listens, changes]).toEqual([0, 1, 1]);
});

test('what is under way at a port that was given back goes on for a minute, then it is cut and the port closes [manager.releaseGraceMs]', async () => {
  const clock = createFakeClock();
  await using origin = await openStrictOrigin({ answer: () => new Promise(() => {}) });
  const dialer = {
    dial: (_target: Target, signal: AbortSignal) =>
      dialSocket({ host: '127.0.0.1', port: origin.port }, { clock, timeoutMs: 1_000, signal }),
  };
  await using router = openRouter({ clock, log: silentLog, metrics: silentMetrics, dialer });
  const options = { ...toLimitValues(serviceLimits), host: '127.0.0.1', onChange: () => {} };
  using port = new OpenPort({ clock, log: silentLog, router, ...options });
  port.want({
    service: 'orders' as ServiceName,
    port: 'http',
    routerPort: 0,
    protocol: 'http',
    baseline: { host: '127.0.0.1', port: origin.port },
  });
  await until(() => port.state.t === 'open');
  await using client = await openRawClient(router.ports()[0]?.listenPort ?? 0);
  client.send('GET / HTTP/1.1\r\nhost: orders\r\n\r\n');
  await until(() => origin.requests.length === 1);
  port.want(undefined);
  // In small steps: it looks again and again whether anybody is left.
  for (let passedMs = 0; passedMs < 59_750; passedMs += 250) {
    clock.advance(250);
    await new Promise(setImmediate);
  }
  expect(port.state.t).toBe('releasing');
  clock.advance(250);
  await until(() => port.state.t === 'closed');
  expect(router.ports()).toEqual([]);
  expect((await client.readAll()).toString()).toBe('');
});
