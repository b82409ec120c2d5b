import type { InterceptError, InterceptId, SessionId } from '@switchyard/contract';
import { encodeMessage } from './encode.ts';
import { fromFailure, toFailure } from './failure.ts';
import {
  CarryRequestSchema,
  CarryResponseSchema,
  type CarryRequest,
  type CarryResponse,
  type Progress as ProtoProgress,
} from './generated/switchyard/tunnel/v1/tunnel_pb.ts';
import { parseInterceptId } from './intercept.ts';
import { wireLimits } from './limits.ts';
import { parseSessionId } from './manager-message.ts';
import { parseMessage, toViolation } from './violation.ts';

/** A frame that either end of a pipe sends. Its encoding is the same in both directions. */
export type Frame =
  | { readonly t: 'data'; readonly bytes: Buffer }
  /** `bytes` more may be sent by the receiver of this frame; `receivedBytes` of what it sent have arrived (0 in version 1). */
  | { readonly t: 'window'; readonly bytes: number; readonly receivedBytes: number }
  | { readonly t: 'end' }
  | { readonly t: 'reset'; readonly error: InterceptError };

/** What an end has received of the other's half of a pipe. */
export interface Progress {
  /** Bytes of data. */
  readonly receivedBytes: number;
  /** Whether the end of the half came too. */
  readonly ended: boolean;
}

/** An agent's first frame: whose pipe this is. */
export interface AttachFrame {
  readonly t: 'attach';
  readonly session: SessionId;
  readonly secret: Uint8Array;
  readonly windowBytes: number;
  /** The pipe's number; 0 in version 1. */
  readonly pipe: number;
  /** Where the pipe carries a connection already. */
  readonly progress: Progress | undefined;
}

/** A manager's first frame: a connection takes the pipe. */
export interface OpenFrame {
  readonly t: 'open';
  readonly intercept: InterceptId;
  readonly windowBytes: number;
}

/** A manager's first frame on a stream that goes on with a suspended pipe. */
export interface ResumedFrame {
  readonly t: 'resumed';
  readonly windowBytes: number;
  readonly progress: Progress;
}

/** A frame of another version: the receiver ignores it. */
export interface UnknownFrame {
  readonly t: 'unknown';
}

/** The most bytes that one data frame carries. */
export const maxDataBytes: number = wireLimits.dataBytes.value;

/** Field 2, length-delimited: the tag of data in both directions. */
const dataTag = 0x12;

/** The most bytes of a data frame before its data. */
const dataHeadBytes = 4;
/** Where heads are made: each is copied on before the next one is. */
const dataHead = Buffer.allocUnsafeSlow(dataHeadBytes);

/** What a data frame of `length` bytes (1 to `maxDataBytes`) has before them. Good until the next call: it is to be copied. */
export function encodeDataHead(length: number): Buffer {
  dataHead[0] = dataTag;
  let at = 1;
  let rest = length;
  for (; rest >= 0x80; rest >>>= 7) dataHead[at++] = (rest & 0x7f) | 0x80;
  dataHead[at++] = rest;
  return dataHead.subarray(0, at);
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
      return encodeMessage(CarryRequestSchema, {
        frame: { case: 'window', value: { bytes: frame.bytes, receivedBytes: BigInt(frame.receivedBytes) } },
      });
    case 'end':
      return encodeMessage(CarryRequestSchema, { frame: { case: 'end', value: {} } });
    case 'reset':
      return encodeMessage(CarryRequestSchema, { frame: { case: 'reset', value: { failure: toFailure(frame.error) } } });
  }
}

/** An agent's first frame as bytes. */
export function encodeAttach({ session, secret, windowBytes, pipe, progress }: Omit<AttachFrame, 't'>): Buffer {
  const attach = { session, secret: Uint8Array.from(secret), windowBytes, pipe };
  return encodeMessage(CarryRequestSchema, {
    frame: { case: 'attach', value: progress === undefined ? attach : { ...attach, progress: toProgress(progress) } },
  });
}

/** A manager's first frame as bytes. */
export function encodeOpen({ intercept, windowBytes }: Omit<OpenFrame, 't'>): Buffer {
  return encodeMessage(CarryResponseSchema, { frame: { case: 'open', value: { intercept, windowBytes } } });
}

/** The first frame on a stream that goes on with a suspended pipe, as bytes. */
export function encodeResumed({ windowBytes, progress }: Omit<ResumedFrame, 't'>): Buffer {
  return encodeMessage(CarryResponseSchema, { frame: { case: 'resumed', value: { windowBytes, progress: toProgress(progress) } } });
}

function toProgress({ receivedBytes, ended }: Progress): { receivedBytes: bigint; ended: boolean } {
  return { receivedBytes: BigInt(receivedBytes), ended };
}

function fromProgress({ receivedBytes, ended }: ProtoProgress): Progress {
  return { receivedBytes: Number(receivedBytes), ended };
}

/** A frame that an agent sent; throws `protocol_violation`. */
export function parseAgentFrame(bytes: Uint8Array): Frame | AttachFrame | UnknownFrame {
  const { frame } = parseMessage(CarryRequestSchema, bytes);
  if (frame.case !== 'attach') return fromProto(frame);
  const { session, secret, windowBytes, pipe, progress } = frame.value;
  return {
    t: 'attach',
    session: parseSessionId(session),
    secret,
    windowBytes,
    pipe,
    progress: progress === undefined ? undefined : fromProgress(progress),
  };
}

/** A frame that a manager sent; throws `protocol_violation` or `bad_usage`. */
export function parseManagerFrame(bytes: Uint8Array): Frame | OpenFrame | ResumedFrame | UnknownFrame {
  const { frame } = parseMessage(CarryResponseSchema, bytes);
  switch (frame.case) {
    case 'open':
      return { t: 'open', intercept: parseInterceptId(frame.value.intercept), windowBytes: frame.value.windowBytes };
    case 'resumed': {
      const { windowBytes, progress } = frame.value;
      if (progress === undefined) throw toViolation('it resumed a pipe without saying from where on');
      return { t: 'resumed', windowBytes, progress: fromProgress(progress) };
    }
    default:
      return fromProto(frame);
  }
}

type SharedFrame = Exclude<CarryRequest['frame'] | CarryResponse['frame'], { case: 'attach' } | { case: 'open' } | { case: 'resumed' }>;

function fromProto(frame: SharedFrame): Frame | UnknownFrame {
  switch (frame.case) {
    case 'data':
      return { t: 'data', bytes: Buffer.from(frame.value.buffer, frame.value.byteOffset, frame.value.byteLength) };
    case 'window':
      if (frame.value.bytes === 0) throw toViolation('it promised a window of nothing');
      return { t: 'window', bytes: frame.value.bytes, receivedBytes: Number(frame.value.receivedBytes) };
    case 'end':
      return { t: 'end' };
    case 'reset':
      return { t: 'reset', error: fromFailure(frame.value.failure) };
    case undefined:
      return { t: 'unknown' };
  }
}
