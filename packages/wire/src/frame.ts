import type { InterceptError, InterceptId, SessionId } from '@switchyard/contract';
import { encodeMessage } from './encode.ts';
import { fromFailure, toFailure } from './failure.ts';
import {
  CarryRequestSchema,
  CarryResponseSchema,
  type CarryRequest,
  type CarryResponse,
} from './generated/switchyard/tunnel/v1/tunnel_pb.ts';
import { parseInterceptId } from './intercept.ts';
import { wireLimits } from './limits.ts';
import { parseSessionId } from './manager-message.ts';
import { parseMessage, toViolation } from './violation.ts';

/** A frame that either end of a pipe sends. Its encoding is the same in both directions. */
export type Frame =
  | { readonly t: 'data'; readonly bytes: Buffer }
  /** `bytes` more may be sent by the receiver of this frame. */
  | { readonly t: 'window'; readonly bytes: number }
  | { readonly t: 'end' }
  | { readonly t: 'reset'; readonly error: InterceptError };

/** An agent's first frame: whose pipe this is. */
export interface AttachFrame {
  readonly t: 'attach';
  readonly session: SessionId;
  readonly secret: Uint8Array;
  readonly windowBytes: number;
}

/** A manager's first frame: a connection takes the pipe. */
export interface OpenFrame {
  readonly t: 'open';
  readonly intercept: InterceptId;
  readonly windowBytes: number;
}

/** A frame of another version: the receiver ignores it. */
export interface UnknownFrame {
  readonly t: 'unknown';
}

/** The most bytes that one data frame carries. */
export const maxDataBytes: number = wireLimits.dataBytes.value;

/** Field 2, length-delimited: the tag of data in both directions. */
const dataTag = 0x12;

/**
 * A data frame for `length` bytes (1 to `maxDataBytes`): all is written but the bytes themselves, which go to its last `length` places.
 * The only allocation on the way of a byte into the tunnel.
 */
export function createDataFrame(length: number): Buffer {
  if (length < 0x80) {
    const frame = Buffer.allocUnsafe(2 + length);
    frame[0] = dataTag;
    frame[1] = length;
    return frame;
  }
  const lengthBytes = length < 0x4000 ? 2 : 3;
  const frame = Buffer.allocUnsafe(1 + lengthBytes + length);
  frame[0] = dataTag;
  frame[1] = (length & 0x7f) | 0x80;
  if (lengthBytes === 2) {
    frame[2] = length >>> 7;
  } else {
    frame[2] = ((length >>> 7) & 0x7f) | 0x80;
    frame[3] = length >>> 14;
  }
  return frame;
}

/** The bytes of a plain data frame, in place; undefined for everything else (`parseAgentFrame` or `parseManagerFrame` reads it). */
export function parseDataFrame(frame: Buffer): Buffer | undefined {
  if (frame[0] !== dataTag) return undefined;
  let length = 0;
  for (let at = 1; at <= 3; at++) {
    const byte = frame[at];
    if (byte === undefined) return undefined;
    length |= (byte & 0x7f) << (7 * (at - 1));
    if (byte < 0x80) return frame.length === at + 1 + length ? frame.subarray(at + 1) : undefined;
  }
  return undefined;
}

/** A frame as bytes, for either direction. */
export function encodeFrame(frame: Exclude<Frame, { t: 'data' }>): Buffer {
  switch (frame.t) {
    case 'window':
      return encodeMessage(CarryRequestSchema, { frame: { case: 'window', value: { bytes: frame.bytes } } });
    case 'end':
      return encodeMessage(CarryRequestSchema, { frame: { case: 'end', value: {} } });
    case 'reset':
      return encodeMessage(CarryRequestSchema, { frame: { case: 'reset', value: { failure: toFailure(frame.error) } } });
  }
}

/** An agent's first frame as bytes. */
export function encodeAttach({ session, secret, windowBytes }: Omit<AttachFrame, 't'>): Buffer {
  return encodeMessage(CarryRequestSchema, { frame: { case: 'attach', value: { session, secret: Uint8Array.from(secret), windowBytes } } });
}

/** A manager's first frame as bytes. */
export function encodeOpen({ intercept, windowBytes }: Omit<OpenFrame, 't'>): Buffer {
  return encodeMessage(CarryResponseSchema, { frame: { case: 'open', value: { intercept, windowBytes } } });
}

/** A frame that an agent sent; throws `protocol_violation`. */
export function parseAgentFrame(bytes: Uint8Array): Frame | AttachFrame | UnknownFrame {
  const { frame } = parseMessage(CarryRequestSchema, bytes);
  if (frame.case !== 'attach') return fromProto(frame);
  const { session, secret, windowBytes } = frame.value;
  return { t: 'attach', session: parseSessionId(session), secret, windowBytes };
}

/** A frame that a manager sent; throws `protocol_violation` or `bad_usage`. */
export function parseManagerFrame(bytes: Uint8Array): Frame | OpenFrame | UnknownFrame {
  const { frame } = parseMessage(CarryResponseSchema, bytes);
  if (frame.case !== 'open') return fromProto(frame);
  return { t: 'open', intercept: parseInterceptId(frame.value.intercept), windowBytes: frame.value.windowBytes };
}

type SharedFrame = Exclude<CarryRequest['frame'] | CarryResponse['frame'], { case: 'attach' } | { case: 'open' }>;

function fromProto(frame: SharedFrame): Frame | UnknownFrame {
  switch (frame.case) {
    case 'data':
      return { t: 'data', bytes: Buffer.from(frame.value.buffer, frame.value.byteOffset, frame.value.byteLength) };
    case 'window':
      if (frame.value.bytes === 0) throw toViolation('it promised a window of nothing');
      return { t: 'window', bytes: frame.value.bytes };
    case 'end':
      return { t: 'end' };
    case 'reset':
      return { t: 'reset', error: fromFailure(frame.value.failure) };
    case undefined:
      return { t: 'unknown' };
  }
}
