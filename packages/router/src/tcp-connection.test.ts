import { InterceptError, toLimitValues, type Pipe } from '@switchyard/contract';
import { createFakeClock, createMemoryPipePair, recordPipe, type PipeRecord } from '@switchyard/testkit';
import { expect, test } from 'vitest';
import type { FirstBytes } from './detect/first-bytes.ts';
import { routerLimits } from './limits.ts';
import { TcpConnection } from './tcp-connection.ts';

/** A client whose bytes nobody understands, in front of a scripted dialer. */
class Scene {
  readonly clock = createFakeClock();
  readonly client: PipeRecord;
  readonly connection: TcpConnection;
  readonly dials: { readonly signal: AbortSignal; accept(): PipeRecord; fail(): void }[] = [];
  closes = 0;

  constructor(found: Partial<FirstBytes> = {}) {
    const [far, near] = createMemoryPipePair();
    this.client = recordPipe(far);
    const { clock } = this;
    const context = {
      limits: toLimitValues(routerLimits),
      get coarseNow() {
        return clock.now();
      },
    };
    const dialBaseline = (signal: AbortSignal): Promise<Pipe> => this.#dial(signal);
    this.connection = new TcpConnection(near, context, dialBaseline, () => void this.closes++);
    this.connection.start({
      detected: 'tcp',
      bytes: Buffer.alloc(0),
      baseline: undefined,
      greeting: undefined,
      clientEnded: false,
      ...found,
    });
  }

  async accept(): Promise<PipeRecord> {
    const server = this.dials[0]?.accept();
    await settle();
    if (server === undefined) throw new Error('nothing was dialled');
    return server;
  }

  #dial(signal: AbortSignal): Promise<Pipe> {
    const { promise, resolve, reject } = Promise.withResolvers<Pipe>();
    const accept = (): PipeRecord => {
      const [near, far] = createMemoryPipePair();
      resolve(near);
      return recordPipe(far);
    };
    this.dials.push({ signal, accept, fail: () => reject(new InterceptError('upstream_unreachable', 'Nothing listens there.')) });
    return promise;
  }
}

async function settle(): Promise<void> {
  await new Promise(setImmediate);
}

test('what the client sent goes on first, then everything, both ways', async () => {
  const scene = new Scene({ bytes: Buffer.from('PING\r\n') });
  scene.client.pipe.write(Buffer.from('PONG?\r\n'));
  const server = await scene.accept();
  expect(server.bytes().toString()).toBe('PING\r\nPONG?\r\n');
  server.pipe.write(Buffer.from('+PONG\r\n'));
  server.pipe.end();
  await settle();
  scene.client.pipe.end();
  await settle();
  expect([scene.client.bytes().toString(), scene.closes, server.events.at(-1)]).toEqual(['+PONG\r\n', 1, { t: 'close', error: undefined }]);
});

test('over a connection that was dialled before, the greeting of the server comes first', async () => {
  const [near, far] = createMemoryPipePair();
  const server = recordPipe(far);
  const scene = new Scene({ baseline: near, greeting: Buffer.from('220 hello\r\n'), clientEnded: true });
  server.pipe.write(Buffer.from('221 bye\r\n'));
  await settle();
  expect([scene.client.bytes().toString(), server.count('end'), scene.dials.length]).toEqual(['220 hello\r\n221 bye\r\n', 1, 0]);
});

test('a baseline that cannot be dialled is a reset', async () => {
  const scene = new Scene({ bytes: Buffer.from('PING\r\n') });
  scene.dials[0]?.fail();
  expect((await scene.client.untilClose())?.code).toBe('upstream_unreachable');
  expect(scene.closes).toBe(1);
});

test('a client that leaves while its baseline is dialled leaves nothing behind', async () => {
  const scene = new Scene();
  scene.client.pipe.reset(new InterceptError('canceled', 'Enough.'));
  await settle();
  expect([scene.closes, scene.dials[0]?.signal.aborted]).toEqual([1, true]);
  const server = await scene.accept();
  expect([(await server.untilClose())?.code, scene.closes]).toEqual(['canceled', 1]);
});

test('an abort ends both sides, before and after the baseline is there', async () => {
  const before = new Scene();
  before.connection.abort('The router is stopping.');
  const late = await before.accept();
  const after = new Scene();
  const server = await after.accept();
  after.connection.abort('The router is stopping.');
  await settle();
  for (const record of [before.client, late, after.client, server]) expect((await record.untilClose())?.code).toBe('canceled');
  expect([before.closes, after.closes]).toEqual([1, 1]);
});

test('a connection is idle for a day at most [router.spliceIdleMs]', async () => {
  const scene = new Scene();
  const server = await scene.accept();
  for (const _day of [1, 2, 3]) {
    scene.clock.advance(routerLimits.spliceIdleMs.value);
    scene.connection.sweep(scene.clock.now());
    server.pipe.write(Buffer.from('x'));
    await settle();
  }
  expect([scene.client.byteCount, scene.closes]).toEqual([3, 0]);
  scene.clock.advance(routerLimits.spliceIdleMs.value + 1);
  scene.connection.sweep(scene.clock.now());
  await settle();
  expect(scene.closes).toBe(1);
});
