import { InterceptError } from '@switchyard/contract';
import { expect, test } from 'vitest';
import { fixedTunnelLimits } from '../limits.ts';
import { clientPreface, encodeNumbers, encodeSettings, frameFlags, frameTypes, settingIds, writeFrameHead } from './frame.ts';
import { FrameOutput } from './frame-output.ts';
import { encodeHeaders } from './hpack-encoder.ts';
import { Http2Connection } from './http2-connection.ts';
import { http2Codes, toHttp2Code } from './http2-error.ts';
import type { Http2Stream } from './http2-stream.ts';

const limits = fixedTunnelLimits;

/** A server whose answers nobody reads, as an attacker would have it. */
interface Victim {
  readonly connection: Http2Connection;
  readonly open: Set<Http2Stream>;
  accepted: number;
  /** Bytes that wait to be read by the attacker. */
  heldBytes(): number;
}

function createVictim({ maxStreams = 16, maxResets = Infinity } = {}): Victim {
  const output = new FrameOutput();
  const open = new Set<Http2Stream>();
  const victim: Victim = {
    connection: new Http2Connection({
      role: 'server',
      maxStreams,
      maxResets,
      windowBytes: 65_535,
      output,
      outBytes: () => output.length,
      wake() {},
      onStream(stream, _headers, end) {
        victim.accepted++;
        open.add(stream);
        stream.handler = {
          onHeaders() {},
          onData: (bytes) => bytes.length,
          onEnd() {},
          onDrain() {},
          onClose: () => void open.delete(stream),
        };
        if (end) stream.end([[':status', '415']]);
      },
    }),
    open,
    accepted: 0,
    heldBytes: () => output.length,
  };
  victim.connection.receive(Buffer.concat([clientPreface, frame(frameTypes.settings, 0, 0)]));
  return victim;
}

function frame(type: number, flags: number, stream: number, payload: Buffer = Buffer.alloc(0)): Buffer {
  const bytes = Buffer.alloc(9);
  writeFrameHead(bytes, 0, payload.length, type, flags, stream);
  return Buffer.concat([bytes, payload]);
}

const block = encodeHeaders([
  [':method', 'POST'],
  [':scheme', 'http'],
  [':path', '/x'],
]);
const odd = (nth: number): number => nth * 2 + 1;
const opening = (nth: number, flags = 0): Buffer => frame(frameTypes.headers, frameFlags.endHeaders | flags, odd(nth), block);
const reset = (nth: number): Buffer => frame(frameTypes.resetStream, 0, odd(nth), encodeNumbers(http2Codes.cancel));

/** Sends one attack after the other until the victim has enough; says which code it ends with, and after how many. */
function flood({ connection }: Victim, attack: (nth: number) => Buffer, most = 200_000): { readonly code: number; readonly sent: number } {
  for (let sent = 0; sent < most; sent++) {
    const bytes = attack(sent);
    try {
      for (let at = 0; at < bytes.length; at += connection.receive(bytes.subarray(at))) connection.refill();
    } catch (reason) {
      expect(reason).toBeInstanceOf(InterceptError);
      return { code: toHttp2Code(InterceptError.from(reason)), sent };
    }
  }
  return { code: http2Codes.noError, sent: most };
}

test('rapid reset: who opens streams to reset them is sent away [tunnel.strangerResets]', () => {
  const victim = createVictim({ maxResets: limits.strangerResets.value });
  const { code, sent } = flood(victim, (nth) => Buffer.concat([opening(nth), reset(nth)]));
  expect([code, sent, victim.open.size]).toEqual([http2Codes.enhanceYourCalm, limits.strangerResets.value, 1]);
});

test.each([
  ['opens more than there may be', (nth: number) => opening(nth)],
  ['sends heads that are none', (nth: number) => frame(frameTypes.headers, frameFlags.endHeaders, odd(nth), Buffer.of(0x82))],
  [
    'sends data behind the end',
    (nth: number) =>
      Buffer.concat([opening(nth), frame(frameTypes.data, frameFlags.endStream, odd(nth)), frame(frameTypes.data, 0, odd(nth))]),
  ],
])('made to reset: who %s is sent away as well', (_what, attack) => {
  const victim = createVictim({ maxResets: limits.strangerResets.value });
  const { code, sent } = flood(victim, attack, 1_000);
  expect(code).toBe(http2Codes.enhanceYourCalm);
  expect(sent).toBeLessThanOrEqual(limits.strangerResets.value + limits.strangerStreams.value);
});

test('a session may reset as many streams as it likes, within its share of a turn', () => {
  const victim = createVictim({ maxResets: limits.strangerResets.value });
  victim.connection.widen(4096, 65_535);
  expect(flood(victim, (nth) => Buffer.concat([opening(nth), reset(nth)]), 1_000).code).toBe(http2Codes.noError);
  victim.connection.refill();
  const before = victim.accepted;
  victim.connection.receive(
    Buffer.concat(Array.from({ length: 1_000 }, (_, nth) => Buffer.concat([opening(nth + 2_000), reset(nth + 2_000)]))),
  );
  expect(victim.accepted - before).toBe(limits.messagesPerTurn.value / 2);
});

test('a stranger has no more streams than it may [tunnel.strangerStreams]', () => {
  const victim = createVictim({ maxStreams: limits.strangerStreams.value });
  flood(victim, (nth) => opening(nth), 100);
  expect([victim.accepted, victim.open.size]).toEqual([limits.strangerStreams.value, limits.strangerStreams.value]);
});

test.each([
  ['pings', () => frame(frameTypes.ping, 0, 0, Buffer.alloc(8))],
  ['settings', () => frame(frameTypes.settings, 0, 0, encodeSettings([[settingIds.initialWindowSize, 1]]))],
  ['requests that are answered at once', (nth: number) => opening(nth, frameFlags.endStream)],
  ['streams that are refused', (nth: number) => opening(nth)],
])('a flood of %s whose answers nobody reads is stopped while they are few [tunnel.http2ReplyBytes]', (_what, attack) => {
  const victim = createVictim();
  expect(flood(victim, attack).code).toBe(http2Codes.enhanceYourCalm);
  expect(victim.heldBytes()).toBeLessThan(limits.http2ReplyBytes.value + 1_000);
});

test.each([
  ['empty data', frame(frameTypes.data, 0, 1)],
  ['data that is only padding', frame(frameTypes.data, frameFlags.padded, 1, Buffer.of(0))],
  ['windows', frame(frameTypes.windowUpdate, 0, 1, encodeNumbers(1))],
  ['priorities', frame(frameTypes.priority, 0, 1, Buffer.alloc(5))],
  ['unknown frames', frame(0xbe, 0, 1)],
  ['goodbyes', frame(frameTypes.goaway, 0, 0, Buffer.alloc(8))],
  ['answers to pings', frame(frameTypes.ping, frameFlags.ack, 0, Buffer.alloc(8))],
])('a flood of %s gets its share of a turn, and nothing is kept of it [tunnel.messagesPerTurn]', (_what, one) => {
  const victim = createVictim();
  victim.connection.receive(opening(0));
  const held = victim.heldBytes();
  victim.connection.refill();
  expect(victim.connection.receive(Buffer.concat(Array.from({ length: 1_000 }, () => one)))).toBe(
    one.length * limits.messagesPerTurn.value,
  );
  expect([victim.heldBytes(), victim.open.size]).toEqual([held, 1]);
});

test('a flood of continuations, even empty ones, ends the connection [tunnel.http2HeadFrames]', () => {
  const victim = createVictim();
  victim.connection.receive(frame(frameTypes.headers, 0, 1, block));
  const { code, sent } = flood(victim, () => frame(frameTypes.continuation, 0, 1));
  expect([code, sent, victim.accepted]).toEqual([http2Codes.enhanceYourCalm, limits.http2HeadFrames.value - 1, 0]);
});

test('a head on a stream that no client may open ends the connection before it is whole', () => {
  expect(flood(createVictim(), () => frame(frameTypes.headers, 0, 2, block), 1)).toEqual({ code: http2Codes.protocolError, sent: 0 });
});

test('a head that names one large entry again and again is stopped before it is large [tunnel.http2HeadBytes]', () => {
  const victim = createVictim();
  // An entry of 4,000 bytes, then 1,000 times one byte that stands for it.
  const bomb = Buffer.concat([Buffer.from('4001617fa11e', 'hex'), Buffer.alloc(4_000, 0x61), Buffer.alloc(1_000, 0xbe)]);
  expect(flood(victim, () => frame(frameTypes.headers, frameFlags.endHeaders, 1, bomb), 1)).toEqual({
    code: http2Codes.enhanceYourCalm,
    sent: 0,
  });
});

test('windows that open byte by byte let out no more than they say', () => {
  const victim = createVictim();
  victim.connection.receive(frame(frameTypes.settings, 0, 0, encodeSettings([[settingIds.initialWindowSize, 0]])));
  victim.connection.receive(opening(0));
  const [stream] = victim.open;
  stream?.write(Buffer.alloc(0), Buffer.alloc(1_000));
  const held = victim.heldBytes();
  flood(victim, () => frame(frameTypes.windowUpdate, 0, 1, encodeNumbers(1)), 100);
  expect(victim.heldBytes() - held).toBe(100 * 10);
});

test('what comes behind the end of a half is an error of its stream, or of the connection for a head', () => {
  const stuck = (): Victim => {
    const victim = createVictim();
    victim.connection.receive(opening(0));
    victim.connection.receive(frame(frameTypes.data, frameFlags.endStream, 1));
    return victim;
  };
  const withData = stuck();
  expect(flood(withData, () => frame(frameTypes.data, 0, 1), 1).code).toBe(http2Codes.noError);
  expect(withData.open.size).toBe(0);
  expect(flood(stuck(), () => opening(0, frameFlags.endStream), 1).code).toBe(http2Codes.streamClosed);
});
