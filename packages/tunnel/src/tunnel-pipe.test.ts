import { InterceptError } from '@switchyard/contract';
import { expect, test } from 'vitest';
import { data, play } from '../test/playbook.ts';

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

test('a large write is cut into frames [wire.dataBytes]', () => {
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

test('a source pauses when more than 64 KiB wait, and goes on when 16 KiB are left [tunnel.writeHighBytes] [tunnel.writeLowBytes]', async () => {
  const { pipe, told } = play({ creditBytes: 0 });
  expect(pipe.write(Buffer.alloc(64 * 1024))).toBe(true);
  expect(pipe.write(data('x'))).toBe(false);
  pipe.receive({ t: 'window', bytes: 48 * 1024, receivedBytes: 0 });
  expect(await told()).toEqual([]);
  pipe.receive({ t: 'window', bytes: 1, receivedBytes: 48 * 1024 });
  expect(await told()).toEqual(['drain']);
  expect(pipe.bufferedBytes).toBe(16 * 1024);
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
