import { InterceptError } from '@switchyard/contract';
import { expect, test } from 'vitest';
import { data, play } from '../test/playbook.ts';
import { KeepBudget } from './kept-bytes.ts';

const reason = new InterceptError('canceled', 'Enough.');
const lost = new InterceptError('tunnel_lost', 'Gone.');
const keep = (): KeepBudget => new KeepBudget(1 << 20);

test('a small question and its answer are one message each, however often, whether what is sent is kept or not', async () => {
  for (const budget of [undefined, keep()]) {
    const { pipe, sent } = play({ creditBytes: 1 << 20, windowBytes: 256 * 1024, ...(budget === undefined ? {} : { budget }) });
    for (let count = 0; count < 100; count++) {
      pipe.receiveData(Buffer.alloc(200));
      pipe.write(Buffer.alloc(300));
    }
    await new Promise((resolve) => setImmediate(resolve));
    expect(sent()).toEqual(Array.from({ length: 100 }, () => 'data:300'));
  }
});

test('a pipe that lost its carrier goes on where the peer stands, with the credit that it says', async () => {
  const { pipe, sent, told, carrier } = play({ budget: keep() });
  pipe.write(data('abc'));
  pipe.write(data('def'));
  pipe.receive({ t: 'window', bytes: 10, receivedBytes: 2 });
  expect(pipe.carrierClosed(lost, false)).toBe(true);
  expect(pipe.interrupted).toBe(true);
  pipe.write(data('ghi'));
  pipe.end();
  expect(sent()).toEqual(['data:abc', 'data:def']);
  pipe.carryOn(carrier, { windowBytes: 4, progress: { receivedBytes: 3, ended: false } });
  expect(pipe.interrupted).toBe(false);
  expect(sent()).toEqual(['data:defg']);
  pipe.receive({ t: 'window', bytes: 10, receivedBytes: 3 });
  expect(sent()).toEqual(['data:hi', 'end']);
  expect(await told()).toEqual([]);
});

test('it says what it has and what more it takes', () => {
  const { pipe } = play({ paused: true, windowBytes: 8192, budget: keep() });
  pipe.receiveData(data('abc'));
  expect(pipe.standing).toEqual({ windowBytes: 8189, progress: { receivedBytes: 3, ended: false } });
  pipe.receive({ t: 'end' });
  expect(pipe.standing.progress).toEqual({ receivedBytes: 3, ended: true });
});

test('what both ends had ended, and the peer did not get, is sent again after the handler was told', async () => {
  const { pipe, sent, told, carrier } = play({ budget: keep() });
  pipe.write(data('last'));
  pipe.end();
  pipe.receive({ t: 'end' });
  expect(await told()).toEqual(['end', 'close:in order']);
  expect(sent()).toEqual(['data:last', 'end', 'finish']);
  expect(pipe.carrierClosed(lost, false)).toBe(true);
  pipe.carryOn(carrier, { windowBytes: 100, progress: { receivedBytes: 2, ended: false } });
  expect(sent()).toEqual(['data:st', 'end', 'finish']);
  expect(pipe.carrierClosed(lost, true)).toBe(false);
  expect(await told()).toEqual([]);
});

test('what is sent again waits for a way that is full, also after the handler was told', async () => {
  const { pipe, sent, told, carrier, block } = play({ creditBytes: 200_000, budget: keep() });
  pipe.write(Buffer.alloc(100_000));
  pipe.end();
  pipe.receive({ t: 'end' });
  expect(await told()).toEqual(['end', 'close:in order']);
  sent();
  pipe.carrierClosed(lost, false);
  block();
  pipe.carryOn(carrier, { windowBytes: 200_000, progress: { receivedBytes: 0, ended: false } });
  expect(sent()).toEqual(['data:65536']);
  pipe.carrierDrained();
  expect(sent()).toEqual(['data:34464', 'end', 'finish']);
});

test('a stream that the peer ends in order after both halves acknowledges all', () => {
  const budget = new KeepBudget(4);
  const { pipe } = play({ budget });
  pipe.write(data('last'));
  pipe.end();
  pipe.receive({ t: 'end' });
  expect(budget.take(1)).toBe(false);
  expect(pipe.carrierClosed(lost, true)).toBe(false);
  expect(budget.take(4)).toBe(true);
});

test('our reset waits for the next carrier; after the peer’s reset there is none', async () => {
  const ours = play({ budget: keep() });
  expect(ours.pipe.carrierClosed(lost, false)).toBe(true);
  ours.pipe.reset(reason);
  expect(await ours.told()).toEqual(['close:canceled']);
  ours.pipe.carryOn(ours.carrier, { windowBytes: 0, progress: { receivedBytes: 0, ended: false } });
  expect(ours.sent()).toEqual(['reset:canceled', 'finish']);

  const theirs = play({ budget: keep() });
  theirs.pipe.receive({ t: 'reset', error: reason });
  expect(theirs.pipe.carrierClosed(lost, false)).toBe(false);
});

test('nobody goes on with it: it closes, unless it was done', async () => {
  const open = play({ budget: keep() });
  open.pipe.carrierClosed(lost, false);
  open.pipe.abandon(lost);
  expect(await open.told()).toEqual(['close:tunnel_lost']);
  expect(open.pipe.interrupted).toBe(false);

  const done = play({ paused: true, budget: keep() });
  done.pipe.receiveData(data('held'));
  done.pipe.receive({ t: 'end' });
  done.pipe.end();
  done.pipe.carrierClosed(lost, false);
  done.pipe.abandon(lost);
  done.pipe.resume();
  expect(await done.told()).toEqual(['data:held', 'end', 'close:in order']);
});

test('a peer that claims an end that was not sent breaks the protocol', () => {
  const { pipe, carrier } = play({ budget: keep() });
  pipe.write(data('abc'));
  pipe.carrierClosed(lost, false);
  expect(() => pipe.carryOn(carrier, { windowBytes: 0, progress: { receivedBytes: 3, ended: true } })).toThrow(/end that was not sent/);
});

test('who has to keep more than it may ends with its carrier', async () => {
  const { pipe, told } = play({ creditBytes: 100, budget: new KeepBudget(5) });
  pipe.write(data('abcdef'));
  expect(pipe.carrierClosed(lost, false)).toBe(false);
  expect(await told()).toEqual(['close:tunnel_lost']);
});
