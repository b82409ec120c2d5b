import { create, toBinary } from '@bufbuild/protobuf';
import { InterceptError, type InterceptId, type SessionId } from '@switchyard/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  encodeAttach,
  encodeDataHead,
  encodeFrame,
  encodeOpen,
  encodeResumed,
  maxDataBytes,
  parseAgentFrame,
  parseDataFrame,
  parseManagerFrame,
  type Frame,
} from './frame.ts';
import { CarryRequestSchema, CarryResponseSchema } from './generated/switchyard/tunnel/v1/tunnel_pb.ts';

const lengths = [1, 2, 126, 127, 128, 129, 16_382, 16_383, 16_384, 16_385, maxDataBytes];
const anyLength = fc.oneof(fc.constantFrom(...lengths), fc.integer({ min: 1, max: maxDataBytes }));

function fastEncode(bytes: Buffer): Buffer {
  return Buffer.concat([encodeDataHead(bytes.length), bytes]);
}

/** Whatever the bytes are: anything thrown but an InterceptError fails the test. */
function parseOrError<T>(parse: () => T): T | InterceptError {
  try {
    return parse();
  } catch (reason) {
    if (reason instanceof InterceptError) return reason;
    throw reason;
  }
}

test('a data frame is what the library encodes, in both directions', () => {
  fc.assert(
    fc.property(anyLength, fc.nat(255), (length, fill) => {
      const bytes = Buffer.alloc(length, fill);
      const fast = fastEncode(bytes);
      for (const schema of [CarryRequestSchema, CarryResponseSchema]) {
        const slow = toBinary(schema, create(schema, { frame: { case: 'data', value: bytes } }));
        expect(fast.equals(slow)).toBe(true);
      }
    }),
    { numRuns: 100 },
  );
  for (const length of lengths) expect(fastEncode(Buffer.alloc(length)).length).toBeGreaterThan(length);
});

test('the fast path reads what the library reads, without a copy', () => {
  fc.assert(
    fc.property(anyLength, fc.nat(255), (length, fill) => {
      const frame = fastEncode(Buffer.alloc(length, fill));
      const fast = parseDataFrame(frame);
      expect(parseAgentFrame(frame)).toEqual({ t: 'data', bytes: fast });
      expect(fast?.buffer).toBe(frame.buffer);
    }),
    { numRuns: 100 },
  );
});

test('what the fast path does not take whole, the library decides', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), fc.boolean(), (noise, tagged) => {
      const bytes = Buffer.from(tagged ? [0x12, ...noise] : noise);
      const fast = parseDataFrame(bytes);
      for (const parse of [parseAgentFrame, parseManagerFrame]) {
        const slow = parseOrError(() => parse(bytes));
        if (fast === undefined) continue;
        expect(slow).toEqual({ t: 'data', bytes: fast });
      }
    }),
    { numRuns: 2000 },
  );
});

test('a frame with two fields means its last one, as protobuf says', () => {
  const two = Buffer.concat([fastEncode(Buffer.from('lost')), encodeFrame({ t: 'end' })]);
  expect(parseDataFrame(two)).toBeUndefined();
  expect(parseAgentFrame(two)).toEqual({ t: 'end' });
});

test('every other frame comes back as it was, in both directions', () => {
  const frames: Frame[] = [
    { t: 'window', bytes: 1, receivedBytes: 0 },
    { t: 'window', bytes: 8 << 20, receivedBytes: 2 ** 52 },
    { t: 'end' },
  ];
  for (const frame of frames) {
    if (frame.t === 'data') continue;
    expect(parseAgentFrame(encodeFrame(frame))).toEqual(frame);
    expect(parseManagerFrame(encodeFrame(frame))).toEqual(frame);
  }
});

test('a reset keeps code, message and hint, and never the cause', () => {
  const error = new InterceptError('local_refused', 'Nothing listens on 3000.', { hint: 'Start it.', cause: new Error('secret') });
  const frame = parseManagerFrame(encodeFrame({ t: 'reset', error }));
  expect(frame.t === 'reset' && frame.error).toMatchObject({ code: 'local_refused', message: error.message, hint: 'Start it.' });
  expect(frame.t === 'reset' && frame.error.cause).toBeUndefined();
});

test('of a long message and hint 1024 characters go, and no more are read [wire.failureCharacters]', () => {
  const long = 'x'.repeat(2_000);
  const sent = encodeFrame({ t: 'reset', error: new InterceptError('internal', long, { hint: long }) });
  expect(sent.length).toBeLessThan(2 * 1_024 + 32);
  const frame = { case: 'reset' as const, value: { failure: { code: 'internal', message: long, hint: long } } };
  const rude = toBinary(CarryRequestSchema, create(CarryRequestSchema, { frame }));
  for (const bytes of [sent, rude]) {
    const got = parseAgentFrame(bytes);
    expect(got.t === 'reset' && got.error).toMatchObject({ message: 'x'.repeat(1_024), hint: 'x'.repeat(1_024) });
  }
});

test('a code of another version becomes internal and is named', () => {
  const frame = { case: 'reset' as const, value: { failure: { code: 'moon_phase', message: 'It is full.' } } };
  const parsed = parseAgentFrame(toBinary(CarryRequestSchema, create(CarryRequestSchema, { frame })));
  expect(parsed.t === 'reset' && parsed.error).toMatchObject({ code: 'internal', message: 'It is full. (moon_phase)' });
});

test('the first frames come back as they were', () => {
  const session = 'abc-1' as SessionId;
  const secret = Buffer.alloc(32, 7);
  const progress = { receivedBytes: 2 ** 52, ended: true };
  for (const again of [undefined, progress]) {
    const attach = { session, secret, windowBytes: 9, pipe: 3, progress: again };
    expect(parseAgentFrame(encodeAttach(attach))).toEqual({ t: 'attach', ...attach });
  }
  expect(parseManagerFrame(encodeResumed({ windowBytes: 0, progress }))).toEqual({ t: 'resumed', windowBytes: 0, progress });
  const intercept = 'orders.http.alice' as InterceptId;
  expect(parseManagerFrame(encodeOpen({ intercept, windowBytes: 9 }))).toEqual({ t: 'open', intercept, windowBytes: 9 });
});

test('a frame of another version is unknown, a window of nothing is a violation', () => {
  expect(parseAgentFrame(Buffer.from([0x7a, 0x01, 0x00]))).toEqual({ t: 'unknown' });
  expect(() => parseAgentFrame(encodeFrame({ t: 'window', bytes: 0, receivedBytes: 9 }))).toThrow(/window of nothing/);
});
