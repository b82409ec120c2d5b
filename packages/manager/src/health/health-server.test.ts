import { createMetrics } from '@switchyard/runtime';
import { until, watchLeaks } from '@switchyard/testkit';
import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { openHealthServer, type HealthSource } from './health-server.ts';

const metrics = createMetrics();
metrics.gauge({ name: 'sessions', help: 'Sessions.' }, () => 3);
const loopback = { host: '127.0.0.1', port: 0 };

async function withServer(unreadyReason: HealthSource['unreadyReason'], act: (url: string) => Promise<void>): Promise<void> {
  const leaks = watchLeaks();
  {
    await using server = await openHealthServer({ metrics, unreadyReason }, loopback);
    await act(`http://127.0.0.1:${server.port}`);
  }
  await leaks.expectNone();
}

test('probes and scrapers get plain answers', async () => {
  let reason: string | undefined = 'starting';
  await withServer(
    () => reason,
    async (url) => {
      const get = async (path: string): Promise<[number, string]> => {
        const response = await fetch(url + path);
        return [response.status, await response.text()];
      };
      expect(await get('/healthz')).toEqual([200, 'ok\n']);
      expect(await get('/readyz')).toEqual([503, 'starting\n']);
      reason = undefined;
      expect(await get('/readyz?verbose')).toEqual([200, 'ok\n']);
      expect(await get('/metrics')).toEqual([200, expect.stringContaining('sessions 3\n')]);
      expect(await get('/')).toEqual([404, 'there are /healthz, /readyz and /metrics\n']);
    },
  );
});

test('nothing can be changed through it', async () => {
  await withServer(
    () => undefined,
    async (url) => {
      for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
        const response = await fetch(`${url}/healthz`, { method });
        expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
      }
      const head = await fetch(`${url}/healthz`, { method: 'HEAD' });
      expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '3', '']);
    },
  );
});

test('a port that is taken is named', async () => {
  await using first = await openHealthServer({ metrics, unreadyReason: () => undefined }, loopback);
  const second = openHealthServer({ metrics, unreadyReason: () => undefined }, { ...loopback, port: first.port });
  await expect(second).rejects.toMatchObject({
    code: 'port_in_use',
    message: `The health listener cannot listen at 127.0.0.1:${first.port}: another program listens there already.`,
  });
});

test('connections that ask nothing do not keep the probes out [manager.healthConnections]', async () => {
  await using server = await openHealthServer({ metrics, unreadyReason: () => undefined }, loopback);
  const silent = Array.from({ length: 70 }, () => connect(server.port, '127.0.0.1').on('error', () => {}));
  const probe = (): Promise<boolean> =>
    fetch(`http://127.0.0.1:${server.port}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    );
  await until(() => silent.every(({ connecting }) => !connecting));
  await until(() => silent.filter(({ destroyed }) => destroyed).length >= 6);
  expect(silent.filter(({ destroyed }) => destroyed)).toHaveLength(6);
  for (let probes = 0; probes < 10; probes++) expect(await probe()).toBe(true);
  for (const socket of silent) socket.destroy();
});

test('a connection that asks nothing, or no more, is closed [manager.healthIdleMs]', async () => {
  await using server = await openHealthServer({ metrics, unreadyReason: () => undefined }, loopback, 200);
  const beganMs = performance.now();
  const silent = connect(server.port, '127.0.0.1').resume();
  const asked = connect(server.port, '127.0.0.1').resume();
  asked.write('GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n');
  await Promise.all([once(silent, 'close'), once(asked, 'close')]);
  expect(performance.now() - beganMs).toBeGreaterThan(190);
});

test('an address of another machine is a mistake of the configuration', async () => {
  const opening = openHealthServer({ metrics, unreadyReason: () => undefined }, { host: '192.0.2.1', port: 0 });
  await expect(opening).rejects.toMatchObject({
    code: 'bad_config',
    message: 'The health listener cannot listen at 192.0.2.1:0: this machine has no such address.',
  });
});
