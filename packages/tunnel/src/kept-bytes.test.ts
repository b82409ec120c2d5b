import { toLimitValues } from '@switchyard/contract';
import { createFakeClock } from '@switchyard/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteQueue } from './byte-queue.ts';
import { Estate } from './estate.ts';
import { KeepBudget, KeptBytes } from './kept-bytes.ts';
import { fixedTunnelLimits, tunnelLimits } from './limits.ts';

function drain(queue: ByteQueue): string {
  let text = '';
  for (let piece = queue.shift(); piece !== undefined; piece = queue.shift()) text += piece.toString();
  return text;
}

test('what was not acknowledged waits again, before what waits already', () => {
  const kept = new KeptBytes(new KeepBudget(100));
  kept.add(Buffer.from('abc'));
  kept.add(Buffer.from('def'));
  kept.acknowledge(2);
  const queue = new ByteQueue();
  queue.push(Buffer.from('ghi'));
  kept.rewind(4, queue);
  expect(drain(queue)).toBe('efghi');
});

test.each([
  ['more than was sent', (kept: KeptBytes) => kept.acknowledge(7)],
  ['more than was sent, on another way', (kept: KeptBytes) => kept.rewind(7, new ByteQueue())],
  ['less than it acknowledged', (kept: KeptBytes) => kept.rewind(1, new ByteQueue())],
  [
    'what was not sent again yet',
    (kept: KeptBytes) => {
      kept.rewind(3, new ByteQueue());
      kept.acknowledge(4);
    },
  ],
])('a peer that claims %s breaks the protocol', (_what, claim) => {
  const kept = new KeptBytes(new KeepBudget(100));
  kept.add(Buffer.from('abcdef'));
  kept.acknowledge(2);
  expect(() => claim(kept)).toThrow(expect.objectContaining({ code: 'protocol_violation' }));
});

test('who would keep more than there is for all keeps nothing, and gives back what it had', () => {
  const budget = new KeepBudget(10);
  const [first, second] = [new KeptBytes(budget), new KeptBytes(budget)];
  first.add(Buffer.alloc(6));
  second.add(Buffer.alloc(4));
  second.add(Buffer.alloc(1));
  expect([first.complete, second.complete]).toEqual([true, false]);
  second.acknowledge(5);
  first.add(Buffer.alloc(4));
  expect(first.complete).toBe(true);
});

test('sessions keep no more together than there is for all of them, and each gives back what it had [tunnel.keptBytes]', () => {
  const whole = new KeepBudget(fixedTunnelLimits.keptBytes.value);
  const limits = toLimitValues(tunnelLimits);
  const openBudget = (): KeepBudget | undefined => new Estate(createFakeClock(), limits, 2, whole).budget;
  const sessions = Array.from({ length: 3 }, openBudget);
  expect(sessions.map((budget) => budget?.take(limits.sessionWindowBytes))).toEqual([true, true, false]);
  sessions[0]?.give(10);
  expect([sessions[2]?.take(11), sessions[2]?.take(10), whole.take(1)]).toEqual([false, true, false]);
});

test('a piece of a large buffer does not keep that buffer', () => {
  const kept = new KeptBytes(new KeepBudget(100_000));
  kept.add(Buffer.alloc(64 * 1024).subarray(0, 1_500));
  const whole = Buffer.alloc(40_000);
  kept.add(whole);
  const queue = new ByteQueue();
  kept.rewind(0, queue);
  expect(queue.shift()?.buffer.byteLength).toBe(1_500);
  expect(queue.shift()?.buffer).toBe(whole.buffer);
});

test('the budget counts what is sent again once, and comes back whole', () => {
  const anyStep = fc.record({ pipe: fc.nat(2), t: fc.constantFrom('send', 'send', 'ack', 'rewind', 'clear'), share: fc.nat(100) });
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 100 }), (steps) => {
      const budget = new KeepBudget(1_000);
      const pipes = [0, 1, 2].map(() => ({ kept: new KeptBytes(budget), waiting: new ByteQueue(), acked: 0, sent: 0, high: 0 }));
      for (const { pipe: index, t, share } of steps) {
        const pipe = pipes[index];
        if (pipe === undefined) continue;
        const at = pipe.acked + Math.floor(((pipe.sent - pipe.acked) * share) / 100);
        if (t === 'send') {
          pipe.waiting.clear();
          pipe.kept.add(Buffer.alloc(share + 1));
          pipe.sent += share + 1;
        } else if (t === 'ack') {
          pipe.kept.acknowledge(at);
          pipe.acked = at;
        } else if (t === 'rewind' && pipe.kept.complete) {
          pipe.kept.rewind(at, pipe.waiting);
          pipe.acked = at;
          pipe.sent = at;
        } else if (t === 'clear') pipe.kept.clear();
        pipe.high = Math.max(pipe.high, pipe.sent, pipe.acked);
      }
      const used = pipes.reduce((sum, { kept, high, acked }) => sum + (kept.complete ? high - acked : 0), 0);
      expect(budget.take(1_000 - used)).toBe(true);
      expect(budget.take(1)).toBe(false);
    }),
    { numRuns: 300 },
  );
});
