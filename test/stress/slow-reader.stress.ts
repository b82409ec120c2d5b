import { connect } from 'node:net';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openStage, readResident, type Stage } from './support/stage.ts';

const gibibyte = 1024 ** 3;
/** How long the reader is slow; it takes the rest as fast as it comes. */
const slowSeconds = 8;
const mostBytes = 64 * 1024 * 1024;

/** Reads a 1 GiB answer at 1 MB/s, and then without a brake. Resolves with the most memory that each program grew by in the slow part. */
async function readSlowly(stage: Stage, key: string): Promise<{ manager: number; agent: number; received: number }> {
  const programs = { manager: stage.manager, agent: stage.agent ?? stage.manager };
  const before = { manager: readResident(programs.manager), agent: readResident(programs.agent) };
  const most = { manager: 0, agent: 0 };
  const socket = connect({ port: stage.port, host: '127.0.0.1' });
  await once(socket, 'connect');
  let received = 0;
  let allowed = 0;
  socket.on('data', (bytes) => {
    received += bytes.length;
    if (received > allowed) socket.pause();
  });
  socket.write(`GET /bytes/${gibibyte} HTTP/1.1\r\nHost: orders\r\nConnection: close\r\n${key}\r\n`);
  for (let tick = 0; tick < slowSeconds * 10; tick += 1) {
    allowed += 100_000;
    socket.resume();
    await sleep(100);
    for (const name of ['manager', 'agent'] as const) most[name] = Math.max(most[name], readResident(programs[name]) - before[name]);
  }
  expect(received).toBeLessThan(2 * slowSeconds * 1e6);
  allowed = Number.POSITIVE_INFINITY;
  socket.resume();
  await once(socket, 'close');
  return { ...most, received };
}

test.each([
  { way: 'from the baseline', withAlice: false, key: '' },
  { way: 'through the tunnel', withAlice: true, key: 'x-intercept-id: alice\r\n' },
])('1 GiB $way to a reader of 1 MB/s costs less than 64 MB', async ({ withAlice, key }) => {
  await using stage = await openStage({ withAlice });
  const { manager, agent, received } = await readSlowly(stage, key);
  console.info(`grown by at most ${(manager / 1e6).toFixed(0)} MB (manager), ${(agent / 1e6).toFixed(0)} MB (agent)`);
  expect(received).toBeGreaterThan(gibibyte);
  expect(manager).toBeLessThan(mostBytes);
  expect(agent).toBeLessThan(mostBytes);
});
