import { InterceptError, toLimitValues, type Code, type Pipe } from '@switchyard/contract';
import { createFakeClock, createMemoryPipePair, recordPipe, type FakeClock, type PipeRecord } from '@switchyard/testkit';
import { expect, test } from 'vitest';
import { routerLimits } from '../limits.ts';
import { detect, settle as settleLine } from './detect.ts';
import { FirstBytesDetector, type FirstBytes } from './first-bytes.ts';

const limits = toLimitValues(routerLimits);

/** One client in front of a detector, with a scripted dialer and time that stands still. */
class Scene {
  readonly clock: FakeClock = createFakeClock();
  readonly far: Pipe;
  readonly client: PipeRecord;
  readonly near: Pipe;
  readonly found: FirstBytes[] = [];
  readonly dials: { readonly signal: AbortSignal; accept(): Pipe; fail(): void }[] = [];
  gone = 0;
  readonly detector: FirstBytesDetector;

  constructor() {
    [this.far, this.near] = createMemoryPipePair();
    this.client = recordPipe(this.far);
    this.detector = new FirstBytesDetector(
      this.near,
      { clock: this.clock, limits },
      {
        detect,
        settle: settleLine,
        silentMs: limits.detectMs,
        dialBaseline: (signal) => this.#dial(signal),
        onFound: (found) => void this.found.push(found),
        onGone: () => void this.gone++,
      },
    );
  }

  async say(text: string): Promise<void> {
    this.far.write(Buffer.from(text, 'latin1'));
    await settle();
  }

  async pass(ms: number): Promise<void> {
    this.clock.advance(ms);
    await settle();
  }

  /** The client stays silent until the baseline is dialled; gives the baseline's far end. */
  async untilWarm(): Promise<Pipe> {
    await this.pass(limits.detectMs);
    const server = this.dials[0]?.accept();
    await settle();
    if (server === undefined) throw new Error('nothing was dialled');
    return server;
  }

  #dial(signal: AbortSignal): Promise<Pipe> {
    const { promise, resolve, reject } = Promise.withResolvers<Pipe>();
    const accept = (): Pipe => {
      const [near, far] = createMemoryPipePair();
      resolve(near);
      return far;
    };
    this.dials.push({ signal, accept, fail: () => reject(new InterceptError('upstream_unreachable', 'Nothing listens there.')) });
    return promise;
  }
}

/** Lets everything happen that follows: pipes in memory need no longer than a turn of the event loop. */
async function settle(): Promise<void> {
  await new Promise(setImmediate);
}

function leftOf(record: PipeRecord): 'no' | 'ended' | 'closed' | Code {
  const close = record.events.find((event) => event.t === 'close');
  if (close !== undefined) return close.error?.code ?? 'closed';
  return record.count('end') > 0 ? 'ended' : 'no';
}

test('what is clear at once is found at once; nothing is dialled', async () => {
  const scene = new Scene();
  await scene.say('GET / HTTP/1.1\r\nHost: a\r\n');
  expect(scene.found).toEqual([
    {
      detected: 'http1',
      bytes: Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n'),
      baseline: undefined,
      greeting: undefined,
      clientEnded: false,
    },
  ]);
  await scene.pass(100_000);
  expect([scene.dials.length, scene.clock.pending, scene.gone]).toEqual([0, 0, 0]);
});

test('a line that comes in pieces is collected', async () => {
  const scene = new Scene();
  for (const piece of ['G', 'ET /', ' HTTP/1', '.1\r', '\nHost']) await scene.say(piece);
  expect(scene.found.map(({ detected, bytes }) => [detected, bytes.toString()])).toEqual([['http1', 'GET / HTTP/1.1\r\nHost']]);
});

test('when the server speaks first, the connection is raw, and its greeting is kept [router.detectMs]', async () => {
  const scene = new Scene();
  await scene.pass(limits.detectMs - 1);
  expect(scene.dials.length).toBe(0);
  const server = await scene.untilWarm();
  server.write(Buffer.from('220 hello\r\n'));
  await settle();
  expect(scene.found).toMatchObject([{ detected: 'tcp', greeting: Buffer.from('220 hello\r\n'), clientEnded: false }]);
  expect([scene.found[0]?.baseline === undefined, scene.dials[0]?.signal.aborted, scene.clock.pending]).toEqual([false, false, 0]);
});

test('a silent client that speaks HTTP after all is HTTP, over the connection that was dialled', async () => {
  const scene = new Scene();
  await scene.untilWarm();
  await scene.pass(60_000);
  await scene.say('GET / HTTP/1.1\r\n');
  expect(scene.found).toMatchObject([{ detected: 'http1', greeting: undefined }]);
  expect([scene.found[0]?.baseline === undefined, scene.dials.length]).toEqual([false, 1]);
});

test('a dial that is still under way when the client speaks is given up', async () => {
  const scene = new Scene();
  await scene.pass(limits.detectMs);
  await scene.say('GET / HTTP/1.1\r\n');
  expect([scene.found[0]?.baseline, scene.dials[0]?.signal.aborted]).toEqual([undefined, true]);
  const late = scene.dials[0]?.accept();
  if (late === undefined) throw new Error('nothing was dialled');
  const server = recordPipe(late);
  await settle();
  expect(leftOf(server)).toBe('ended');
  await scene.pass(limits.lingerMs);
  expect([leftOf(server), scene.clock.pending]).toEqual(['canceled', 0]);
});

test('a silent client whose baseline cannot be dialled is reset, as it may wait for it to speak', async () => {
  const scene = new Scene();
  await scene.pass(limits.detectMs);
  scene.dials[0]?.fail();
  await settle();
  expect([leftOf(scene.client), scene.found.length, scene.gone, scene.clock.pending]).toEqual(['upstream_unreachable', 0, 1, 0]);
});

test('of a client that speaks meanwhile, a baseline that cannot be dialled is found out when there is something to answer', async () => {
  const scene = new Scene();
  await scene.pass(limits.detectMs);
  await scene.say('GE');
  scene.dials[0]?.fail();
  await settle();
  expect([leftOf(scene.client), scene.found.length, scene.gone]).toEqual(['no', 0, 0]);
  await scene.say('T / HTTP/1.1\r\n');
  expect(scene.found).toMatchObject([{ detected: 'http1', baseline: undefined }]);
});

test('a line that never ends is decided 10 s after its first byte, however many bytes come', async () => {
  for (const [line, detected] of [
    ['GET /', 'http1'],
    ['set k', 'tcp'],
  ] as const) {
    const scene = new Scene();
    await scene.say(line);
    for (let second = 0; second < 9; second++) {
      await scene.pass(1000);
      await scene.say('x');
    }
    expect(scene.found).toEqual([]);
    await scene.pass(1000);
    expect(scene.found).toMatchObject([{ detected, bytes: Buffer.from(`${line}xxxxxxxxx`) }]);
    expect(scene.clock.pending).toBe(0);
  }
});

test('a client that ends behind an undecided line is judged by its server', async () => {
  const scene = new Scene();
  await scene.say('QUIT');
  scene.far.end();
  await settle();
  expect(scene.found).toMatchObject([{ detected: 'tcp', bytes: Buffer.from('QUIT'), clientEnded: true }]);
});

test('a silent client that ends while its server is there may still be spoken to', async () => {
  const scene = new Scene();
  await scene.untilWarm();
  scene.far.end();
  await settle();
  expect(scene.found).toMatchObject([{ detected: 'tcp', bytes: Buffer.alloc(0), clientEnded: true }]);
});

test('a client that leaves without a word leaves nothing behind', async () => {
  const scene = new Scene();
  scene.far.end();
  await settle();
  expect([leftOf(scene.client), scene.gone, scene.found.length, scene.clock.pending]).toEqual(['closed', 1, 0, 0]);
});

test('a client that breaks off ends the connection that was dialled for it, even if the server does not', async () => {
  const scene = new Scene();
  const server = recordPipe(await scene.untilWarm());
  scene.far.reset(new InterceptError('canceled', 'Enough.'));
  await settle();
  expect([scene.gone, leftOf(server)]).toEqual([1, 'ended']);
  await scene.pass(limits.lingerMs);
  expect([leftOf(server), scene.clock.pending]).toEqual(['canceled', 0]);
});

test('a server that leaves a silent client takes the client with it', async () => {
  const scene = new Scene();
  const server = recordPipe(await scene.untilWarm());
  server.pipe.end();
  await settle();
  expect([leftOf(scene.client), leftOf(server), scene.gone]).toEqual(['ended', 'closed', 0]);
  scene.far.end();
  await settle();
  expect([leftOf(scene.client), scene.gone, scene.clock.pending]).toEqual(['closed', 1, 0]);
});

test('a client that its server left and that does not leave itself is reset', async () => {
  const scene = new Scene();
  const server = await scene.untilWarm();
  recordPipe(server);
  server.reset(new InterceptError('upstream_unreachable', 'Gone.'));
  await settle();
  await scene.say('too late');
  expect([leftOf(scene.client), scene.found.length, scene.gone]).toEqual(['ended', 0, 0]);
  await scene.pass(limits.lingerMs);
  expect([leftOf(scene.client), scene.gone, scene.clock.pending]).toEqual(['canceled', 1, 0]);
});

test('dispose resets both sides, also those that are about to leave', async () => {
  const warm = new Scene();
  const server = recordPipe(await warm.untilWarm());
  const leaving = new Scene();
  const left = recordPipe(await leaving.untilWarm());
  left.pipe.end();
  await settle();
  for (const scene of [warm, leaving]) {
    scene.detector.dispose(new InterceptError('draining', 'The router is stopping.'));
    scene.detector.dispose(new InterceptError('draining', 'Again.'));
    await settle();
    expect([leftOf(scene.client), scene.gone, scene.clock.pending]).toEqual(['draining', 1, 0]);
  }
  expect([leftOf(server), leftOf(left)]).toEqual(['draining', 'closed']);
});
