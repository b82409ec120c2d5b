import type { Pipe } from '@switchyard/contract';
import { recordPipe, until, watchLeaks, type PipeRecord } from '@switchyard/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTunnel } from './manager.ts';

let leaks = watchLeaks();
beforeEach(() => {
  leaks = watchLeaks();
});
afterEach(() => leaks.expectNone());

const bytes = 512 * 1024;
const piece = Buffer.alloc(60_000, 'x');

interface Sender {
  readonly pipe: Pipe;
  written: number;
  /** How often it had to wait. */
  waits: number;
}

/** Writes until the pipe takes no more; what it then has is sent or waits for credit. */
function fill(pipe: Pipe): Sender {
  const sender: Sender = { pipe, written: 0, waits: 0 };
  for (let more = true; more; sender.written += piece.length) more = pipe.write(piece);
  return sender;
}

async function sendAll(record: PipeRecord, count: number): Promise<Sender> {
  const sender: Sender = { pipe: record.pipe, written: 0, waits: 0 };
  while (sender.written < count) {
    sender.written += piece.length;
    if (sender.pipe.write(piece)) continue;
    await record.untilDrain(++sender.waits);
  }
  sender.pipe.end();
  return sender;
}

/** What a pipe that nobody reads made the two ends hold: bytes. */
interface Stuck {
  readonly waiting: number;
  readonly sent: number;
}

/** Sends 512 KiB each way on each of 32 pipes, beside `stuckCount` pipes that nobody reads at either end. */
async function sendBeside(stuckCount: number): Promise<{ readonly stuck: readonly Stuck[]; readonly waits: number }> {
  await using tunnel = await openTunnel();
  const stuckPairs = await Promise.all(Array.from({ length: stuckCount }, () => tunnel.open()));
  const stuck = stuckPairs.flatMap(({ near, far }) => {
    for (const pipe of [near, far]) recordPipe(pipe, { paused: true });
    return [fill(near), fill(far)];
  });
  const pairs = await Promise.all(Array.from({ length: 32 }, () => tunnel.open()));
  const records = pairs.flatMap(({ near, far }) => [recordPipe(near), recordPipe(far)]);
  const senders = await Promise.all(records.map((record) => sendAll(record, bytes)));
  await until(() => records.every((record) => record.byteCount >= bytes && record.count('close') > 0));
  // Whoever is stuck is so still, and nothing of it went on meanwhile.
  const held = stuck.map(({ pipe, written }) => ({ waiting: pipe.bufferedBytes, sent: written - pipe.bufferedBytes }));
  return { stuck: held, waits: senders.reduce((sum, { waits }) => sum + waits, 0) };
}

test('32 pipes that nobody reads neither slow 32 others nor hold more than they were promised', { timeout: 30_000 }, async () => {
  const alone = await sendBeside(0);
  const beside = await sendBeside(32);
  // A pipe that waits for others would wait more often, or for ever.
  expect(beside.waits).toBeLessThanOrEqual(alone.waits * 1.5);
  expect(beside.stuck).toHaveLength(64);
  for (const { waiting, sent } of beside.stuck) {
    expect(waiting).toBeLessThanOrEqual(64 * 1024 + piece.length);
    expect(sent).toBeLessThanOrEqual(256 * 1024);
  }
});
