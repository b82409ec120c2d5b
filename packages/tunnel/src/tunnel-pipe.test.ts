import { InterceptError, toLimitValues } from '@switchyard/contract';
import { createFakeClock, recordPipe, type PipeRecord } from '@switchyard/testkit';
import { parseAgentFrame } from '@switchyard/wire';
import { expect, test } from 'vitest';
import { SessionCredit } from './credit.ts';
import { KeepBudget } from './kept-bytes.ts';
import { tunnelLimits } from './limits.ts';
import { TunnelPipe, type Carrier } from './tunnel-pipe.ts';

interface Playbook {
  readonly pipe: TunnelPipe;
  readonly carrier: Carrier;
  readonly record: PipeRecord;
  /** What went to the carrier since the last look: `data:…`, `window:…`, `end`, `reset:…`, `finish`. */
  sent(): string[];
  /** What the handler was told since the last look, after everything that is due. */
  told(): Promise<string[]>;
  /** The carrier takes no more from now on. */
  block(): void;
}

function play(options: { creditBytes?: number; paused?: boolean; windowBytes?: number; budget?: KeepBudget } = {}): Playbook {
  const sent: string[] = [];
  let blocked = false;
  let seen = 0;
  const carrier = {
    send(head: Buffer, rest: Buffer = Buffer.alloc(0)): boolean {
      const frame = parseAgentFrame(Buffer.concat([head, rest]));
      if (frame.t === 'data') sent.push(`data:${frame.bytes.length > 20 ? frame.bytes.length : frame.bytes.toString()}`);
      else if (frame.t === 'window') sent.push(`window:${frame.bytes}`);
      else if (frame.t === 'reset') sent.push(`reset:${frame.error.code}`);
      else sent.push(frame.t);
      return !blocked;
    },
    finish: () => void sent.push('finish'),
  };
  const limits = { ...toLimitValues(tunnelLimits), firstWindowBytes: options.windowBytes ?? 4096 + 100, sessionWindowBytes: 64 << 20 };
  const pipe = new TunnelPipe(carrier, {
    creditBytes: options.creditBytes ?? 1_000,
    window: new SessionCredit(createFakeClock(), limits).openWindow(),
    budget: options.budget,
  });
  const record = recordPipe(pipe, { paused: options.paused ?? false });
  return {
    pipe,
    carrier,
    record,
    sent: () => sent.splice(0),
    async told() {
      await new Promise((resolve) => setImmediate(resolve));
      const events = record.events.slice(seen).map((event) => {
        if (event.t === 'data') return `data:${event.bytes.toString()}`;
        return event.t === 'close' ? `close:${event.error?.code ?? 'in order'}` : event.t;
      });
      seen = record.events.length;
      return events;
    },
    block() {
      blocked = true;
    },
  };
}

const data = (text: string): Buffer => Buffer.from(text);
const reason = new InterceptError('canceled', 'Enough.');

test('bytes go at once while there is credit, then wait for more', async () => {
  const { pipe, sent, told } = play({ creditBytes: 5 });
  pipe.write(data('abc'));
  pipe.write(data('defgh'));
  expect(sent()).toEqual(['data:abc', 'data:de']);
  expect(pipe.bufferedBytes).toBe(3);
  pipe.write(data('ij'));
  pipe.receive({ t: 'window', bytes: 4, receivedBytes: 0 });
  expect(sent()).toEqual(['data:fghi']);
  pipe.receive({ t: 'window', bytes: 1_000, receivedBytes: 0 });
  expect(sent()).toEqual(['data:j']);
  expect(await told()).toEqual([]);
});

test('the end goes after the bytes that wait', () => {
  const { pipe, sent } = play({ creditBytes: 1 });
  pipe.write(data('abc'));
  pipe.end();
  expect(sent()).toEqual(['data:a']);
  pipe.write(data('dropped'));
  pipe.receive({ t: 'window', bytes: 10, receivedBytes: 0 });
  expect(sent()).toEqual(['data:bc', 'end']);
});

test('a large write is cut into frames', () => {
  const { pipe, sent } = play({ creditBytes: 1 << 20 });
  expect(pipe.write(Buffer.alloc(150_000))).toBe(true);
  expect(sent()).toEqual(['data:65536', 'data:65536', 'data:18928']);
});

test('a carrier that is full stops the data; drain comes below the low-water mark, once', async () => {
  const { pipe, sent, told, block } = play({ creditBytes: 1 << 20 });
  block();
  expect(pipe.write(data('x'))).toBe(true);
  expect(pipe.write(Buffer.alloc(70_000))).toBe(false);
  expect(sent()).toEqual(['data:x']);
  pipe.carrierDrained();
  expect(sent()).toEqual(['data:65536']);
  pipe.carrierDrained();
  expect(sent()).toEqual(['data:4464']);
  expect(await told()).toEqual(['drain']);
});

test('the carrier is finished when both halves are done, whichever is first', async () => {
  const ours = play();
  ours.pipe.end();
  expect(ours.sent()).toEqual(['end']);
  ours.pipe.receive({ t: 'end' });
  expect(ours.sent()).toEqual(['finish']);
  expect(await ours.told()).toEqual(['end', 'close:in order']);

  const theirs = play();
  theirs.pipe.receive({ t: 'end' });
  expect(await theirs.told()).toEqual(['end']);
  theirs.pipe.write(data('still'));
  theirs.pipe.end();
  expect(theirs.sent()).toEqual(['data:still', 'end', 'finish']);
  expect(await theirs.told()).toEqual(['close:in order']);
});

test('an end waits for the bytes before it, and the close for the end', async () => {
  const { pipe, sent, told } = play({ paused: true });
  pipe.receiveData(data('held'));
  pipe.receive({ t: 'end' });
  pipe.end();
  expect(sent()).toEqual(['end', 'finish']);
  pipe.carrierClosed(reason, false);
  expect(await told()).toEqual([]);
  pipe.resume();
  expect(await told()).toEqual(['data:held', 'end', 'close:in order']);
});

test('our reset goes out, drops what waits and closes', async () => {
  const { pipe, sent, told } = play({ creditBytes: 0, paused: true });
  pipe.write(data('never'));
  pipe.receiveData(data('held'));
  pipe.reset(reason);
  pipe.reset(reason);
  pipe.write(data('late'));
  pipe.receive({ t: 'window', bytes: 100, receivedBytes: 0 });
  pipe.receiveData(data('late'));
  pipe.resume();
  expect(sent()).toEqual(['reset:canceled', 'finish']);
  expect(await told()).toEqual(['close:canceled']);
  expect(pipe.bufferedBytes).toBe(0);
});

test('a reset after both halves are done on the wire needs no frame', async () => {
  const { pipe, sent, told } = play({ paused: true });
  pipe.end();
  pipe.receiveData(data('held'));
  pipe.receive({ t: 'end' });
  expect(sent()).toEqual(['end', 'finish']);
  pipe.reset(reason);
  expect(sent()).toEqual([]);
  expect(await told()).toEqual(['close:canceled']);
});

test('the peer’s reset closes at once, held bytes or not', async () => {
  const { pipe, sent, told } = play({ paused: true });
  pipe.receiveData(data('held'));
  pipe.receive({ t: 'reset', error: new InterceptError('local_refused', 'No.') });
  expect(sent()).toEqual(['finish']);
  expect(await told()).toEqual(['close:local_refused']);
});

test('a carrier that goes away under an open half closes with its error', async () => {
  const { pipe, sent, told } = play();
  pipe.end();
  pipe.carrierClosed(new InterceptError('tunnel_lost', 'Gone.'), false);
  expect(sent()).toEqual(['end']);
  expect(await told()).toEqual(['close:tunnel_lost']);
});

test('credit is given back as bytes are delivered, not as they arrive', async () => {
  const { pipe, sent, told } = play({ paused: true, windowBytes: 8192 });
  pipe.receiveData(Buffer.alloc(8192));
  expect(sent()).toEqual([]);
  expect(() => pipe.receiveData(Buffer.alloc(1))).toThrow(/credit/);
  pipe.resume();
  expect(await told()).toHaveLength(1);
  expect(sent()[0]).toMatch(/^window:/);
});

test('data after the end is a violation, another end is not', () => {
  const { pipe } = play();
  pipe.receive({ t: 'end' });
  pipe.receive({ t: 'end' });
  expect(() => pipe.receiveData(data('x'))).toThrow(/after the end/);
});

test('data of nothing, which no credit bounds, is a violation, and so is a frame that is too large', () => {
  const { pipe } = play({ windowBytes: 1 << 20 });
  expect(() => pipe.receiveData(Buffer.alloc(0))).toThrow(/0 bytes/);
  expect(() => pipe.receiveData(Buffer.alloc(65_537))).toThrow(/65537 bytes/);
});

test('no credit is granted for a half that ended', async () => {
  const { pipe, sent, told } = play({ paused: true, windowBytes: 8192 });
  pipe.receiveData(Buffer.alloc(8192));
  pipe.receive({ t: 'end' });
  pipe.resume();
  await told();
  expect(sent()).toEqual([]);
});

test('an unknown frame is ignored', async () => {
  const { pipe, sent, told } = play();
  pipe.receive({ t: 'unknown' });
  expect(sent()).toEqual([]);
  expect(await told()).toEqual([]);
});

test('a pipe can be handed over in the middle of its bytes', async () => {
  const { pipe, record } = play({ paused: true });
  pipe.receiveData(Buffer.alloc(2_000, 'a'));
  pipe.receiveData(Buffer.alloc(2_000, 'b'));
  const second: string[] = [];
  pipe.attach({
    onData(bytes) {
      second.push(`first ${bytes[0]}`);
      pipe.attach({ onData: (rest) => void second.push(`then ${rest[0]}`), onEnd: () => {}, onDrain: () => {}, onClose: () => {} });
    },
    onEnd: () => {},
    onDrain: () => {},
    onClose: () => {},
  });
  pipe.resume();
  await new Promise((resolve) => setImmediate(resolve));
  expect(second).toEqual(['first 97', 'then 98']);
  expect(record.events).toEqual([]);
});

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
