import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openStage } from './support/stage.ts';

/** Sends the next request when the answer came, until it is destroyed. */
function drive(port: number, request: string): Socket {
  const socket = connect({ port, host: '127.0.0.1' }, () => socket.write(request));
  let left = 0;
  socket.on('data', (bytes) => {
    let rest = bytes;
    if (left === 0) {
      const end = bytes.indexOf('\r\n\r\n') + 4;
      left = Number(/content-length: (\d+)/i.exec(bytes.toString('latin1', 0, end))?.[1] ?? 0);
      rest = bytes.subarray(end);
    }
    left -= rest.length;
    if (left === 0) socket.write(request);
  });
  socket.on('error', () => {});
  return socket;
}

test('under full load of data, health is answered and the session lives', async () => {
  await using stage = await openStage({ withAlice: true });
  const small = 'GET / HTTP/1.1\r\nHost: orders\r\n\r\n';
  const large = 'GET /bytes/16777216 HTTP/1.1\r\nHost: orders\r\nx-intercept-id: alice\r\n\r\n';
  const load = [
    ...Array.from({ length: 64 }, () => drive(stage.port, small)),
    ...Array.from({ length: 16 }, () => drive(stage.port, large)),
  ];
  let answered = 0;
  // Longer than a session lives without a heartbeat.
  const end = performance.now() + 20_000;
  while (performance.now() < end) {
    const { status } = await fetch(`http://127.0.0.1:${stage.healthPort}/readyz`, { signal: AbortSignal.timeout(2_000) });
    expect(status).toBe(200);
    answered += 1;
    await sleep(50);
  }
  for (const socket of load) socket.destroy();
  console.info(`${answered} health checks answered in 20 s`);
  expect(stage.agent?.output.trim()).toBe('connected');
  expect(answered).toBeGreaterThan(50);
});
