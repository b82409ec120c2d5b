import { InterceptError, type Pipe } from '@switchyard/contract';
import { recordPipe, until, watchLeaks, type PipeRecord } from '@switchyard/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { carriers, openTunnel, theSession } from './manager.ts';

let leaks = watchLeaks();
beforeEach(() => {
  leaks = watchLeaks();
});
afterEach(() => leaks.expectNone());

/** Bytes that differ everywhere, without a random source. */
function pattern(length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let at = 0; at + 4 <= length; at += 4) bytes.writeUInt32LE((at * 2654435761) >>> 0, at);
  return bytes;
}

/** Writes all, as fast as the pipe takes it. */
async function sendAll(pipe: Pipe, record: PipeRecord, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.length; at += 60_000) {
    const drains = record.count('drain');
    if (!pipe.write(bytes.subarray(at, at + 60_000))) await until(() => record.count('drain') > drains);
  }
  pipe.end();
}

describe.each(carriers)('%s', (carrier) => {
  test('32 MiB each way at once arrive exactly', { timeout: 30_000 }, async () => {
    await using tunnel = await openTunnel({ carrier });
    const { near, far } = await tunnel.open();
    const [atNear, atFar] = [recordPipe(near), recordPipe(far)];
    const bytes = pattern(32 * 1024 * 1024);
    await Promise.all([sendAll(near, atNear, bytes), sendAll(far, atFar, bytes)]);
    expect([await atNear.untilClose(), await atFar.untilClose()]).toEqual([undefined, undefined]);
    expect(atNear.bytes().equals(bytes)).toBe(true);
    expect(atFar.bytes().equals(bytes)).toBe(true);
  });

  test.each(['near', 'far'] as const)('the half of the %s end ends first, and 1 MiB still flows the other way', async (first) => {
    await using tunnel = await openTunnel({ carrier });
    const pipes = await tunnel.open();
    const ends = { near: recordPipe(pipes.near), far: recordPipe(pipes.far) };
    const second = first === 'near' ? 'far' : 'near';
    pipes[first].write(Buffer.from('question'));
    pipes[first].end();
    await ends[second].untilEnd();
    expect(ends[second].bytes().toString()).toBe('question');
    const answer = pattern(1024 * 1024);
    await sendAll(pipes[second], ends[second], answer);
    expect(await ends[first].untilClose()).toBeUndefined();
    expect(ends[first].bytes().equals(answer)).toBe(true);
  });

  test('a stuck reader stops its sender within its window, and no other pipe notices', async () => {
    await using tunnel = await openTunnel({ carrier });
    const stuck = await Promise.all(Array.from({ length: 8 }, () => tunnel.open()));
    const written = stuck.map(({ near, far }) => {
      recordPipe(near);
      recordPipe(far, { paused: true });
      let bytes = 0;
      while (near.write(Buffer.alloc(16 * 1024))) bytes += 16 * 1024;
      return bytes;
    });
    for (const bytes of written) expect(bytes).toBeLessThanOrEqual(256 * 1024 + 64 * 1024);
    const { near, far } = await tunnel.open();
    const [atNear, atFar] = [recordPipe(near), recordPipe(far)];
    const bytes = pattern(8 * 1024 * 1024);
    await Promise.all([sendAll(near, atNear, bytes), sendAll(far, atFar, bytes)]);
    await Promise.all([atNear.untilClose(), atFar.untilClose()]);
    expect(atFar.bytes().equals(bytes)).toBe(true);
    for (const { near: blocked } of stuck) expect(blocked.bufferedBytes).toBeLessThan(128 * 1024);
  });

  test('a reset before any byte brings its code, message and hint to the manager', async () => {
    await using tunnel = await openTunnel({ carrier });
    const { near, far } = await tunnel.open();
    const atNear = recordPipe(near);
    recordPipe(far);
    near.write(Buffer.from('GET / HTTP/1.1\r\n\r\n'));
    far.reset(new InterceptError('local_refused', 'Nothing listens on 127.0.0.1:3000.', { hint: 'Start it.', cause: 'secret' }));
    const error = await atNear.untilClose();
    expect(error).toMatchObject({ code: 'local_refused', message: 'Nothing listens on 127.0.0.1:3000.', hint: 'Start it.' });
    expect(error?.cause).toBeUndefined();
  });

  test('a reset arrives every time, however many there are', async () => {
    await using tunnel = await openTunnel({ carrier });
    const codes = await Promise.all(
      Array.from({ length: 300 }, async () => {
        const { near, far } = await tunnel.open();
        const atNear = recordPipe(near);
        recordPipe(far);
        far.reset(new InterceptError('local_refused', 'Nothing listens.'));
        return (await atNear.untilClose())?.code;
      }),
    );
    expect(new Set(codes)).toEqual(new Set(['local_refused']));
  });

  test('500 connections at once get a pipe each, and the pool is filled again', async () => {
    await using tunnel = await openTunnel({ carrier });
    const pipes = await Promise.all(Array.from({ length: 500 }, () => tunnel.open()));
    await Promise.all(
      pipes.map(async ({ near, far }, index) => {
        const atFar = recordPipe(far);
        const atNear = recordPipe(near);
        near.write(Buffer.from(`${index}`));
        near.end();
        await atFar.untilEnd();
        far.write(atFar.bytes());
        far.end();
        await Promise.all([atNear.untilClose(), atFar.untilClose()]);
      }),
    );
    const { near, far } = await tunnel.open();
    const [atNear] = [recordPipe(near), recordPipe(far)];
    far.end();
    near.end();
    await atNear.untilClose();
  });

  test('a wait for a pipe is given up when nobody needs it any more', async () => {
    await using tunnel = await openTunnel({ carrier, limits: { firstIdlePipes: 0 } });
    const abort = new AbortController();
    const waiting = theSession(tunnel.manager).openPipe('orders.http.alice' as never, abort.signal);
    abort.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'canceled' });
  });

  test('a session carries as many pipes as it may and no more [tunnel.maxPipesPerSession]', async () => {
    await using tunnel = await openTunnel({ carrier, limits: { maxPipesPerSession: 20 } });
    const pipes = await Promise.all(Array.from({ length: 20 }, () => tunnel.open()));
    await expect(tunnel.open()).rejects.toMatchObject({ code: 'limit_reached' });
    for (const { near, far } of pipes) {
      recordPipe(near);
      recordPipe(far);
      near.end();
      far.end();
    }
    await until(async () =>
      tunnel.open().then(
        () => true,
        () => false,
      ),
    );
  });
});
