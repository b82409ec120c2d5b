import { InterceptError } from '@switchyard/contract';
import { createMemoryPipePair, recordPipe, type PipeRecord } from '@switchyard/testkit';
import { expect, test } from 'vitest';
import { splice } from './splice.ts';

const highWaterBytes = 1024;

/** Two far ends whose near ends are spliced. */
class Spliced {
  readonly left: PipeRecord;
  readonly right: PipeRecord;
  pieces = 0;
  closes = 0;

  constructor() {
    const [left, nearLeft] = createMemoryPipePair({ highWaterBytes });
    const [right, nearRight] = createMemoryPipePair({ highWaterBytes });
    this.left = recordPipe(left);
    this.right = recordPipe(right);
    splice(nearLeft, nearRight, { onBytes: () => void this.pieces++, onClosed: () => void this.closes++ });
  }
}

async function settle(): Promise<void> {
  await new Promise(setImmediate);
}

test('bytes go both ways, and each piece is told of', async () => {
  const { left, right, ...spliced } = new Spliced();
  left.pipe.write(Buffer.from('to the right'));
  right.pipe.write(Buffer.from('to the left'));
  await settle();
  expect([right.bytes().toString(), left.bytes().toString(), spliced.closes]).toEqual(['to the right', 'to the left', 0]);
});

test('each half ends on its own, behind its bytes; it is closed when both are', async () => {
  const spliced = new Spliced();
  const { left, right } = spliced;
  left.pipe.write(Buffer.from('last'));
  left.pipe.end();
  await settle();
  expect([right.bytes().toString(), right.count('end'), left.count('end'), spliced.closes]).toEqual(['last', 1, 0, 0]);
  right.pipe.write(Buffer.from('still'));
  right.pipe.end();
  await settle();
  expect([left.bytes().toString(), left.events.at(-1), right.events.at(-1), spliced.closes]).toEqual([
    'still',
    { t: 'close', error: undefined },
    { t: 'close', error: undefined },
    1,
  ]);
  expect(spliced.pieces).toBe(2);
});

test.each(['left', 'right'] as const)('what breaks at one side (%s) breaks at the other with its code', async (side) => {
  const spliced = new Spliced();
  const [breaking, other] = side === 'left' ? [spliced.left, spliced.right] : [spliced.right, spliced.left];
  breaking.pipe.reset(new InterceptError('tunnel_lost', 'The tunnel broke.'));
  await settle();
  expect(await other.untilClose()).toMatchObject({ code: 'tunnel_lost' });
  expect(spliced.closes).toBe(1);
});

test('a side that has ended and breaks then breaks the other', async () => {
  const { left, right } = new Spliced();
  left.pipe.end();
  await settle();
  left.pipe.reset(new InterceptError('canceled', 'Enough.'));
  expect(await right.untilClose()).toMatchObject({ code: 'canceled' });
});

test('a side that does not listen slows the other down, and misses nothing', async () => {
  const { left, right } = new Spliced();
  right.pipe.pause();
  const piece = Buffer.alloc(256, 'x');
  let sent = 0;
  while (left.pipe.write(piece)) {
    sent += piece.length;
    await settle();
    expect(sent).toBeLessThan(5 * highWaterBytes);
  }
  sent += piece.length;
  right.pipe.resume();
  await settle();
  expect([right.byteCount, left.count('drain')]).toEqual([sent, 1]);
});
