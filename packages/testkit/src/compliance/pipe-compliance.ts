import { InterceptError, type Code, type Pipe } from '@switchyard/contract';
import { expect, test } from 'vitest';
import { createRandom } from '../random.ts';
import { recordPipe, type PipeRecord } from '../record-pipe.ts';
import { until } from '../until.ts';

/** Two connected pipes under test. `close` releases whatever carries them. */
export interface PipePair {
  readonly a: Pipe;
  readonly b: Pipe;
  close(): Promise<void>;
}

/** What a carrier cannot do by its nature. */
export interface PipeComplianceOptions {
  /** False for a carrier whose abort is a bare signal (TCP's RST): the peer then learns some error, not the code. Default true. */
  readonly resetCarriesCode?: boolean;
}

interface Ends {
  readonly a: Pipe;
  readonly b: Pipe;
  /** Whether `error` is what the peer of a reset with `code` must get. */
  readonly isResetWith: (error: InterceptError | undefined, code: Code) => boolean;
}

/** No carrier may let a paused peer's sender pile up more than this before `write` says stop. */
const boundBytes = 32 * 1024 * 1024;

/**
 * The tests that every implementation of the `Pipe` port has to pass, each in both directions of a fresh pair.
 * Call it at the top of a test file.
 */
export function pipeCompliance(name: string, openPair: () => Promise<PipePair>, options: PipeComplianceOptions = {}): void {
  const isResetWith = (error: InterceptError | undefined, code: Code): boolean =>
    options.resetCarriesCode === false ? error !== undefined : error?.code === code;
  for (const [title, run] of Object.entries(cases)) {
    for (const way of ['a to b', 'b to a']) {
      test(`${name}: ${title} (${way})`, { timeout: 20_000 }, async () => {
        const pair = await openPair();
        try {
          await run(way === 'a to b' ? { a: pair.a, b: pair.b, isResetWith } : { a: pair.b, b: pair.a, isResetWith });
        } finally {
          await pair.close();
        }
      });
    }
  }
}

const cases: Readonly<Record<string, (ends: Ends) => Promise<void>>> = {
  'bytes arrive exactly and in order, cut as it pleases the carrier': async ({ a, b }) => {
    const to = recordPipe(b);
    recordPipe(a);
    const pieces = ['one', 'two', 'three', '\0\xff\r\n'].map((text) => Buffer.from(text, 'latin1'));
    for (const piece of pieces) a.write(piece);
    const all = Buffer.concat(pieces);
    expect(await to.untilBytes(all.length)).toEqual(all);
  },

  'both directions flow at once': async ({ a, b }) => {
    const atA = recordPipe(a);
    const atB = recordPipe(b);
    a.write(Buffer.from('to b'));
    b.write(Buffer.from('to a'));
    expect((await atB.untilBytes(4)).toString()).toBe('to b');
    expect((await atA.untilBytes(4)).toString()).toBe('to a');
  },

  'a pipe starts paused: nothing is delivered before resume': async ({ a, b }) => {
    recordPipe(a);
    const to = recordPipe(b, { paused: true });
    a.write(Buffer.from('early'));
    await quiet();
    expect(to.events).toEqual([]);
    b.resume();
    expect((await to.untilBytes(5)).toString()).toBe('early');
  },

  'bytes that came before attach wait for it': async ({ a, b }) => {
    recordPipe(a);
    a.write(Buffer.from('early'));
    await quiet();
    const to = recordPipe(b);
    expect((await to.untilBytes(5)).toString()).toBe('early');
  },

  'pause inside onData stops delivery, resume goes on where it stopped': async ({ a, b }) => {
    recordPipe(a);
    const seen: Buffer[] = [];
    b.attach({
      onData(bytes) {
        b.pause();
        seen.push(bytes);
      },
      onEnd: () => {},
      onDrain: () => {},
      onClose: () => {},
    });
    b.resume();
    const sent = noise(300_000, 1);
    for (let at = 0; at < sent.length; at += 10_000) a.write(sent.subarray(at, at + 10_000));
    let received = 0;
    while (received < sent.length) {
      const before = seen.length;
      await until(() => seen.length > before || Buffer.concat(seen).length > received, { about: 'the next piece' });
      await quiet(2);
      expect(seen.length).toBeLessThanOrEqual(before + 1);
      received = Buffer.concat(seen).length;
      b.resume();
    }
    expect(Buffer.concat(seen).equals(sent)).toBe(true);
  },

  'write returns false and what is buffered is bounded while the peer pauses; then drain comes': async ({ a, b }) => {
    const from = recordPipe(a);
    const to = recordPipe(b, { paused: true });
    const piece = noise(64 * 1024, 2);
    const written = await fill(a, piece, from);
    expect(written).toBeLessThanOrEqual(boundBytes);
    expect(a.bufferedBytes).toBeGreaterThan(0);
    const drains = from.count('drain');
    b.resume();
    await from.untilDrain(drains + 1);
    await to.untilBytes(written);
    await until(() => a.bufferedBytes === 0, { about: 'an empty buffer' });
    expect(to.byteCount).toBe(written);
  },

  'no drain comes where no write was refused': async ({ a, b }) => {
    const from = recordPipe(a);
    const to = recordPipe(b);
    expect(a.write(Buffer.from('small'))).toBe(true);
    await to.untilBytes(5);
    await quiet();
    expect(from.count('drain')).toBe(0);
  },

  'a half ends after its bytes, and the other half still sends': async ({ a, b }) => {
    const atA = recordPipe(a);
    const atB = recordPipe(b);
    const question = noise(100_000, 3);
    a.write(question);
    a.end();
    await atB.untilEnd();
    expect(atB.bytes().equals(question)).toBe(true);
    const answer = noise(1_000_000, 4);
    await sendAll(b, answer, atB);
    await atA.untilBytes(answer.length);
    expect(atA.bytes().equals(answer)).toBe(true);
    expect(atA.count('end') + atA.count('close') + atB.count('close')).toBe(0);
    b.end();
    expect(await atA.untilClose()).toBeUndefined();
    expect(await atB.untilClose()).toBeUndefined();
    expect(atA.count('end')).toBe(1);
  },

  'both halves ended at once close both sides in order, exactly once': async ({ a, b }) => {
    const atA = recordPipe(a);
    const atB = recordPipe(b);
    a.end();
    b.end();
    expect(await atA.untilClose()).toBeUndefined();
    expect(await atB.untilClose()).toBeUndefined();
    await quiet();
    for (const record of [atA, atB]) expect(record.events.map((event) => event.t)).toEqual(['end', 'close']);
  },

  'end is idempotent, and a write after it is dropped': async ({ a, b }) => {
    const atA = recordPipe(a);
    const atB = recordPipe(b);
    a.write(Buffer.from('last'));
    a.end();
    a.end();
    a.write(Buffer.from('too late'));
    await atB.untilEnd();
    b.end();
    await atA.untilClose();
    await atB.untilClose();
    a.write(Buffer.from('much too late'));
    a.end();
    await quiet();
    expect(atB.bytes().toString()).toBe('last');
    expect(atB.count('end')).toBe(1);
    expect(atA.count('close')).toBe(1);
  },

  'a reset reaches the peer with its code, and nothing follows': async ({ a, b, isResetWith }) => {
    const atA = recordPipe(a);
    const atB = recordPipe(b);
    a.write(Buffer.from('hello'));
    await atB.untilBytes(5);
    a.reset(new InterceptError('upstream_timeout', 'The target took too long.'));
    expect((await atA.untilClose())?.code).toBe('upstream_timeout');
    expect(isResetWith(await atB.untilClose(), 'upstream_timeout')).toBe(true);
    a.write(Buffer.from('x'));
    b.write(Buffer.from('x'));
    a.end();
    b.reset(new InterceptError('internal', 'Again.'));
    await quiet();
    for (const record of [atA, atB]) {
      expect(record.count('close')).toBe(1);
      expect(record.events.at(-1)?.t).toBe('close');
      expect(record.count('end')).toBe(0);
    }
  },

  'a reset cuts through a full buffer': async ({ a, b, isResetWith }) => {
    const atA = recordPipe(a);
    const atB = recordPipe(b, { paused: true });
    await fill(a, noise(64 * 1024, 5), atA);
    a.reset(new InterceptError('canceled', 'Enough.'));
    expect((await atA.untilClose())?.code).toBe('canceled');
    b.resume();
    expect(isResetWith(await atB.untilClose(), 'canceled')).toBe(true);
    expect(atB.count('end')).toBe(0);
  },

  'a reset from the side that only receives stops the sender': async ({ a, b, isResetWith }) => {
    const atA = recordPipe(a);
    const atB = recordPipe(b, { paused: true });
    await fill(a, noise(64 * 1024, 6), atA);
    const drains = atA.count('drain');
    b.reset(new InterceptError('canceled', 'The client went away.'));
    expect((await atB.untilClose())?.code).toBe('canceled');
    expect(isResetWith(await atA.untilClose(), 'canceled')).toBe(true);
    expect(atA.count('drain')).toBe(drains);
  },

  'a reset after one half ended still closes both': async ({ a, b, isResetWith }) => {
    const atA = recordPipe(a);
    const atB = recordPipe(b);
    a.end();
    await atB.untilEnd();
    b.reset(new InterceptError('tunnel_lost', 'The tunnel broke.'));
    expect(isResetWith(await atA.untilClose(), 'tunnel_lost')).toBe(true);
    expect((await atB.untilClose())?.code).toBe('tunnel_lost');
  },

  '8 MiB arrive exactly under back-pressure': async ({ a, b }) => {
    const atA = recordPipe(a);
    const atB = recordPipe(b);
    const big = noise(8 * 1024 * 1024, 7);
    await sendAll(a, big, atA);
    a.end();
    await atB.untilEnd();
    expect(atB.bytes().equals(big)).toBe(true);
  },

  '20,000 one-byte writes arrive exactly': async ({ a, b }) => {
    const atA = recordPipe(a);
    const atB = recordPipe(b);
    const small = noise(20_000, 8);
    await sendAll(a, small, atA, 1);
    a.end();
    await atB.untilEnd();
    expect(atB.bytes().equals(small)).toBe(true);
  },

  'an empty write changes nothing': async ({ a, b }) => {
    recordPipe(a);
    const to = recordPipe(b);
    a.write(Buffer.alloc(0));
    a.write(Buffer.from('x'));
    a.end();
    await to.untilEnd();
    expect(to.bytes().toString()).toBe('x');
  },

  'no callback runs inside of the method that caused it': async ({ a, b }) => {
    let inside = false;
    const broken: string[] = [];
    const note = (event: string) => () => {
      if (inside) broken.push(event);
    };
    let closes = 0;
    const onClose = (): void => {
      note('close')();
      closes++;
    };
    for (const pipe of [a, b]) {
      // Data alone may come inside of `resume`.
      pipe.attach({ onData: () => {}, onEnd: note('end'), onDrain: note('drain'), onClose });
    }
    const call = (act: () => void): void => {
      inside = true;
      act();
      inside = false;
    };
    call(() => b.resume());
    call(() => a.resume());
    call(() => a.write(noise(200_000, 9)));
    call(() => a.end());
    call(() => b.reset(new InterceptError('canceled', 'Stop.')));
    await until(() => closes === 2, { about: 'both sides to close' });
    expect(broken).toEqual([]);
  },
};

/** Lets every event that is under way arrive: for checks that something does not happen. */
async function quiet(ms = 20): Promise<void> {
  const end = performance.now() + ms;
  await until(() => performance.now() >= end);
}

function noise(length: number, seed: number): Buffer {
  const random = createRandom(seed);
  const bytes = Buffer.allocUnsafe(length);
  for (let at = 0; at < length; at++) bytes[at] = random() * 256;
  return bytes;
}

/**
 * Writes `piece` again and again until the pipe says stop and stays full (a carrier first takes bytes away into the
 * system's buffers or the first window); gives the bytes written.
 */
async function fill(pipe: Pipe, piece: Buffer, record: PipeRecord): Promise<number> {
  let written = 0;
  while (written <= boundBytes) {
    const drains = record.count('drain');
    const accepted = pipe.write(piece);
    written += piece.length;
    if (accepted) continue;
    await quiet(40);
    if (record.count('drain') === drains) break;
  }
  return written;
}

/** Writes all of `bytes` in pieces, waiting for `onDrain` whenever the pipe asks for it. */
async function sendAll(pipe: Pipe, bytes: Buffer, record: PipeRecord, pieceBytes = 50_000): Promise<void> {
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    const drains = record.count('drain');
    if (!pipe.write(bytes.subarray(at, at + pieceBytes))) {
      await until(() => record.count('drain') > drains, { about: 'a drain after a refused write' });
    }
  }
}
