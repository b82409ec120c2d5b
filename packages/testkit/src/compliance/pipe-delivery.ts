import { expect } from 'vitest';
import { recordPipe } from '../record-pipe.ts';
import { until } from '../until.ts';
import { boundBytes, fill, noise, quiet, sendAll, type PipeCases } from './pipe-traffic.ts';

/** Bytes arrive, exactly, and never faster than they are taken. */
export const delivery: PipeCases = {
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

  'a second attach hands the pipe over': async ({ a, b }) => {
    recordPipe(a);
    const first = recordPipe(b);
    a.write(Buffer.from('one'));
    await first.untilBytes(3);
    b.pause();
    a.write(Buffer.from('two'));
    a.end();
    await quiet();
    const second = recordPipe(b);
    await second.untilEnd();
    b.end();
    await second.untilClose();
    expect(first.events.map((event) => event.t)).toEqual(['data']);
    expect(second.bytes().toString()).toBe('two');
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
};
