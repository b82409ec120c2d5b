import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import type { Pipe } from '@switchyard/contract';
import { createFakeClock, pipeCompliance, until, type PipePair } from '@switchyard/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { adoptSocket } from './adopt-socket.ts';
import { dialSocket } from './dial/dial-socket.ts';
import { splice } from './splice.ts';

/** A connection over the loopback interface, adopted where it is accepted. */
async function openPair(prepare: (accepted: Socket) => void = () => {}): Promise<PipePair> {
  const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const dial = dialSocket({ host: '127.0.0.1', port }, { clock: createFakeClock(), timeoutMs: 1000, signal: new AbortController().signal });
  const [a, [accepted]] = await Promise.all([dial, once(server, 'connection') as Promise<[Socket]>]);
  prepare(accepted);
  const { socket, pipe: b } = adoptSocket(accepted, 'canceled');
  const close = async (): Promise<void> => {
    socket.destroy();
    server.close();
    await once(server, 'close');
  };
  return { a, b, close };
}

/** Hides what adopting needs, as a Node.js without it would. */
function hideUserBuffer(accepted: Socket): void {
  const handle: unknown = Reflect.get(accepted, '_handle');
  expect(handle).toHaveProperty('useUserBuffer');
  Object.defineProperty(handle, 'useUserBuffer', { value: undefined });
}

pipeCompliance('an adopted socket', openPair, { resetCarriesCode: false });
pipeCompliance('a socket that cannot be adopted', () => openPair(hideUserBuffer), { resetCarriesCode: false });

test('an accepted socket is put under another one, which keeps its address', async () => {
  const server = createServer({ pauseOnConnect: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const dial = dialSocket({ host: '127.0.0.1', port }, { clock: createFakeClock(), timeoutMs: 1000, signal: new AbortController().signal });
  const [, [accepted]] = await Promise.all([dial, once(server, 'connection') as Promise<[Socket]>]);
  const { remoteAddress, remotePort } = accepted;
  const { socket } = adoptSocket(accepted, 'canceled');
  expect(socket).not.toBe(accepted);
  expect([socket.remoteAddress, socket.remotePort]).toEqual([remoteAddress, remotePort]);
  socket.destroy();
  server.close();
  await once(server, 'close');
});

/** One relayed connection: what its two ends send and get. */
interface Relayed {
  readonly near: Pipe;
  readonly far: Pipe;
  /** Bytes got that are not of this connection. */
  readonly foreign: { count: number };
  readonly got: { near: number; far: number };
  close(): Promise<void>;
}

/**
 * Two ends with a splice between them; each byte of the connection is `letter`. The far end reads in steps, so that writes to it are
 * partial.
 */
async function openRelayed(letter: number): Promise<Relayed> {
  const [first, second] = [await openPair(), await openPair()];
  splice(first.b, second.a, { onBytes: () => {}, onClosed: () => {} });
  const foreign = { count: 0 };
  const got = { near: 0, far: 0 };
  const receive = (pipe: Pipe, end: 'near' | 'far'): void => {
    pipe.attach({
      onData: (bytes) => {
        for (const byte of bytes) if (byte !== letter) foreign.count++;
        got[end] += bytes.length;
        pipe.pause();
        setImmediate(() => pipe.resume());
      },
      onEnd: () => {},
      onDrain: () => {},
      onClose: () => {},
    });
    pipe.resume();
  };
  receive(first.a, 'near');
  receive(second.b, 'far');
  const close = async (): Promise<void> => {
    await Promise.all([first.close(), second.close()]);
  };
  return { near: first.a, far: second.b, foreign, got, close };
}

test(
  'no byte of one connection appears on another, with slow readers and writes of any size at the same time',
  { timeout: 30_000 },
  async () => {
    const size = fc.oneof(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1000, max: 70_000 }), fc.constant(2_000_000));
    const sends = fc.array(fc.tuple(fc.nat({ max: 3 }), fc.boolean(), size), { minLength: 4, maxLength: 16 });
    await fc.assert(
      fc.asyncProperty(sends, async (turns) => {
        const relayed = await Promise.all([65, 66, 67, 68].map(openRelayed));
        const sent = relayed.map(() => ({ near: 0, far: 0 }));
        for (const [index, forth, bytes] of turns) {
          const { near, far } = relayed[index] ?? expect.fail();
          (forth ? near : far).write(Buffer.alloc(bytes, 65 + index));
          const count = sent[index] ?? expect.fail();
          if (forth) count.far += bytes;
          else count.near += bytes;
        }
        await until(() => relayed.every(({ got }, index) => got.near >= (sent[index]?.near ?? 0) && got.far >= (sent[index]?.far ?? 0)));
        expect(relayed.map(({ got }) => got)).toEqual(sent);
        expect(relayed.map(({ foreign }) => foreign.count)).toEqual([0, 0, 0, 0]);
        await Promise.all(relayed.map(({ close }) => close()));
      }),
      { numRuns: 6 },
    );
  },
);
