import { InterceptError } from '@switchyard/contract';
import { expect } from 'vitest';
import { recordPipe } from '../record-pipe.ts';
import { until } from '../until.ts';
import { fill, noise, quiet, sendAll, type PipeCases } from './pipe-traffic.ts';

/** Two halves that end on their own, and resets that end both. */
export const endings: PipeCases = {
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
