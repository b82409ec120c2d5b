import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { openStage, readResident } from './support/stage.ts';

const mebibyte = 1024 * 1024;
const each = 24 * mebibyte;
const get = `GET /bytes/${each} HTTP/1.1\r\nHost: orders\r\nConnection: close\r\nx-intercept-id: alice\r\n\r\n`;

async function ask(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1' });
  await once(socket, 'connect');
  socket.write(get);
  return socket;
}

test('32 readers that are stuck do not slow 32 others, and cost no more than the windows of a session', async () => {
  await using stage = await openStage({ withAlice: true });
  const programs = { manager: stage.manager, agent: stage.agent ?? stage.manager };
  const before = { manager: readResident(programs.manager), agent: readResident(programs.agent) };
  const most = { manager: 0, agent: 0 };
  const stuck = await Promise.all(Array.from({ length: 32 }, () => ask(stage.port)));
  for (const socket of stuck) socket.pause();
  const watch = setInterval(() => {
    for (const name of ['manager', 'agent'] as const) most[name] = Math.max(most[name], readResident(programs[name]) - before[name]);
  }, 50);
  try {
    const received = await Promise.all(
      Array.from({ length: 32 }, async () => {
        const socket = await ask(stage.port);
        let bytes = 0;
        socket.on('data', (data) => void (bytes += data.length));
        await once(socket, 'close');
        return bytes;
      }),
    );
    expect(Math.min(...received)).toBeGreaterThan(each);
  } finally {
    clearInterval(watch);
    for (const socket of stuck) socket.destroy();
  }
  console.info(`grown by at most ${(most.manager / 1e6).toFixed(0)} MB (manager), ${(most.agent / 1e6).toFixed(0)} MB (agent)`);
  // 64 MiB received and 64 MiB sent and not acknowledged, at most, and as much again for sockets, garbage and the programs themselves.
  expect(most.manager).toBeLessThan(192 * mebibyte);
  expect(most.agent).toBeLessThan(192 * mebibyte);
});
