import { createFakeClock, openRawClient, until } from '@switchyard/testkit';
import { expect, test } from 'vitest';
import { checkLeaks } from '../support/leak-check.ts';
import { openTestRouter } from '../support/test-router.ts';

checkLeaks();

const get = 'GET / HTTP/1.1\r\nHost: orders\r\n\r\n';

test('a draining router answers, says that it closes, and goes on accepting until the callers know', async () => {
  const clock = createFakeClock();
  await using router = await openTestRouter({ keys: [], clock });
  await using before = await openRawClient(router.port);
  await using idle = await openRawClient(router.port);
  for (const client of [before, idle]) {
    client.send(get);
    expect((await client.readResponse()).header('connection')).toBeUndefined();
  }
  let drained = false;
  const draining = router.router.drain(60_000).then(() => (drained = true));
  before.send(get);
  expect((await before.readResponse()).header('connection')).toBe('close');
  expect(await before.untilEnded()).toBe('end');

  clock.advance(5_000);
  await using late = await openRawClient(router.port);
  late.send(get);
  expect((await late.readResponse()).header('connection')).toBe('close');

  await advanceUntil(clock, async () => !(await accepts(router.port)));
  expect(drained).toBe(false);
  await advanceUntil(clock, async () => idle.ended !== undefined);
  expect(idle.ended).toBe('end');
  await advanceUntil(clock, async () => drained);
  await draining;
});

test('an answer that is under way when the grace is over is not cut', async () => {
  const clock = createFakeClock();
  let finish: (() => void) | undefined;
  await using router = await openTestRouter({
    keys: [],
    clock,
    baseline: {
      answer(_request, connection) {
        connection.send('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello');
        finish = () => connection.send('world');
      },
    },
  });
  await using client = await openRawClient(router.port);
  client.send(get);
  await client.readUntil('hello');
  let drained = false;
  const draining = router.router.drain(30_000).then(() => (drained = true));
  await advanceUntil(clock, async () => drained);
  await draining;
  expect(client.ended).toBeUndefined();
  finish?.();
  expect((await client.readBytes(5)).toString()).toBe('world');
});

test('draining a router without connections is over as soon as it stops accepting', async () => {
  const clock = createFakeClock();
  await using router = await openTestRouter({ keys: [], clock });
  const before = clock.now();
  let drained = false;
  const draining = router.router.drain(60_000).then(() => (drained = true));
  await advanceUntil(clock, async () => drained);
  await draining;
  expect(clock.now() - before).toBeLessThan(15_000);
});

/** Moves time in steps of half a second, letting promises and sockets follow, until `condition` holds. */
async function advanceUntil(clock: { advance(ms: number): void }, condition: () => Promise<boolean>): Promise<void> {
  let steps = 0;
  await until(async () => {
    if (await condition()) return true;
    if (++steps > 400) throw new Error('nothing happened within 200 s of the fake clock');
    clock.advance(500);
    return false;
  });
}

async function accepts(port: number): Promise<boolean> {
  try {
    await using client = await openRawClient(port);
    return client.ended === undefined;
  } catch {
    return false;
  }
}
