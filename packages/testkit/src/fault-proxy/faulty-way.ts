import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import type { Faults, Way } from './faults.ts';

/** What waits for its time or for a slow receiver, at most; then the sender waits too. */
const maxQueuedBytes = 4 * 1024 * 1024;

/** One direction of a connection. */
export interface FaultyWay {
  /** The faults are other ones now. */
  wake(): void;
  /** Ends the receiver's reading half, after the bytes that were passed on; the rest is dropped. */
  end(): void;
}

/**
 * Passes on what `from` sends to `to`, as the faults of the moment say; `cut` is called when they limit its bytes and the limit is reached.
 */
export function openFaultyWay(way: Way, from: Socket, to: Socket, faults: () => Faults, cut: () => void): FaultyWay {
  const queue: { bytes: Buffer; readonly dueMs: number }[] = [];
  let [queuedBytes, sentBytes, ended, over] = [0, 0, false, false];
  let changed = Promise.withResolvers<void>();
  const wake = (): void => {
    changed.resolve();
    changed = Promise.withResolvers<void>();
  };

  const untilPassable = async (dueMs: number): Promise<void> => {
    while (!over && faults().stalled?.includes(way) === true) await changed.promise;
    const leftMs = dueMs - performance.now();
    if (!over && leftMs > 0) await delay(leftMs);
  };

  const passPiece = async (): Promise<void> => {
    const [head] = queue;
    if (head === undefined) return;
    await untilPassable(head.dueMs);
    // Not in the turn that the piece before was written in: the receiver has read that one then.
    if (faults().pieceBytes !== undefined) await nextTurn();
    const { pieceBytes, cutAfterBytes } = faults();
    const leftBytes = (cutAfterBytes?.[way] ?? Infinity) - sentBytes;
    const count = Math.max(0, Math.min(head.bytes.length, leftBytes, pieceBytes?.(sentBytes) ?? Infinity));
    over ||= to.destroyed;
    if (over) return;
    const flowing = to.write(head.bytes.subarray(0, count));
    head.bytes = head.bytes.subarray(count);
    if (head.bytes.length === 0) queue.shift();
    queuedBytes -= count;
    sentBytes += count;
    if (count === leftBytes) return cut();
    if (!flowing && !to.destroyed) await Promise.race([once(to, 'drain'), once(to, 'close'), changed.promise]).catch(() => {});
    if (queuedBytes < maxQueuedBytes) from.resume();
  };

  const run = async (): Promise<void> => {
    while (!over) {
      if (queue.length > 0) await passPiece();
      else if (ended) break;
      else await changed.promise;
    }
    if (!to.destroyed) to.end();
  };

  from.on('data', (bytes: Buffer) => {
    queue.push({ bytes, dueMs: performance.now() + (faults().delayMs ?? 0) });
    queuedBytes += bytes.length;
    if (queuedBytes >= maxQueuedBytes) from.pause();
    wake();
  });
  from.on('end', () => {
    ended = true;
    wake();
  });
  const stop = (): void => {
    over = true;
    wake();
  };
  from.on('close', (hadError) => hadError && stop());
  to.on('close', stop);
  void run();
  return { wake, end: stop };
}
