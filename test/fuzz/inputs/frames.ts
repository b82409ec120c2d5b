import { createRandom, type Random } from '@switchyard/testkit';
import type { FuzzCase } from '../case.ts';
import { readFrames } from '../oracles/http2-rules.ts';
import { pick, upTo } from './chance.ts';
import { drawCuts } from './draw-cuts.ts';
import { headBlock } from './head-blocks.ts';

/** What a client of Node.js said to a manager, behind its preface: three calls, a ping, its goodbye. */
const recorded: Buffer = Buffer.from(
  'AAAABAAAAAAAAABcAQQAAAABgwSgYR4Mkk/odki46zL9wr6B1DmLZuLZ3MQrGIqdA6hzFs9BiwidXAuBcNxl58Tfhl+LHXXQYg0mPUxNZWRAAnRlhk2DNQWxH3qG' +
    'sKQ9khZPHwiIulHYWxSo9RcAAAUAAQAAAAEAAAAAAAAAAAQBAAAAAAAACAYAAAAAAPORQQsJGgAAAAA1AQQAAAADgwSiYR4Mkk/odki46zL9wr6B1DmLZuLZ3MQrGcyE' +
    '5KklsIWtKMGGwL++HwiIulHYWxSo9RcAAAUAAQAAAAMAAAAAAAAAMQEEAAAABYMEnmEeDJJP6HZIum2qotC/cK++2qotG4tncxCsXh2WesGGwL++HwiIulHYWxSo9RcA' +
    'AAkAAQAAAAUAAAAABAECAwQAAAgHAAAAAAAAAAAAAAAAAAAACAcAAAAAAAAAAAAAAAAA',
  'base64',
);

const settings = [0, 0, 0, 4, 0, 0, 0, 0, 0];
const numbers: readonly number[] = [0, 1, 2, 100, 16_383, 16_384, 65_535, 0xffffff, 0x1000000, 0x7fffffff, 0x80000000, 0xffffffff];
const anyFlags: readonly number[] = [0, 1, 4, 5, 8, 9, 0x20, 0x24, 0x25, 0x2d, 0xff];

/** The case that a seed stands for: what a client says behind its preface, recorded or made, mostly changed. */
export function drawFrames(seed: number): FuzzCase {
  const random = createRandom(seed);
  const honest = random() < 0.4 ? recorded : Buffer.concat([Buffer.from(settings), conversation(random)]);
  const bytes = random() < 0.6 ? change(honest, random) : honest;
  return { kind: 'frames', bytes, cuts: drawCuts(bytes.length, random), methods: [] };
}

function conversation(random: Random): Buffer {
  const frames: Buffer[] = [];
  for (let left = 1 + upTo(8, random); left > 0; left--) {
    const one = drawFrame(random);
    // Now and then a flood.
    frames.push(...Array.from({ length: random() < 0.05 ? 1 + upTo(200, random) : 1 }, () => one));
  }
  return Buffer.concat(frames);
}

function drawFrame(random: Random): Buffer {
  const stream = random() < 0.8 ? 1 + 2 * upTo(3, random) : pick([0, 2, 99, 0x7fffffff, 0x80000001], random);
  const flags = pick(anyFlags, random);
  const onConnection = random() < 0.9 ? 0 : stream;
  const type = random() < 0.55 ? pick([0, 1, 1, 1], random) : upTo(12, random);
  switch (type) {
    case 0:
      return frame(0, pick([0, 1, 8, 9], random), stream, data(random));
    case 1:
      return frame(1, pick([4, 4, 4, 5, 5, 0, 0x24, 0x0c, 0x2d], random), stream, headBlock(random));
    case 3:
      return frame(3, 0, stream, fourBytes(random));
    case 4:
      return frame(4, random() < 0.1 ? 1 : 0, onConnection, setting(random));
    case 6:
      return frame(6, random() < 0.2 ? 1 : 0, onConnection, Buffer.alloc(odd(8, random)));
    case 7:
      return frame(7, 0, onConnection, Buffer.alloc(odd(8, random)));
    case 8:
      return frame(8, 0, random() < 0.5 ? 0 : stream, fourBytes(random));
    case 9:
      return frame(9, pick([0, 4], random), stream, random() < 0.5 ? headBlock(random) : Buffer.alloc(0));
    default:
      return frame(type === 11 ? 0xbe : type, flags, stream, Buffer.alloc(odd(5, random)));
  }
}

/** `length` mostly. */
function odd(length: number, random: Random): number {
  return random() < 0.85 ? length : upTo(12, random);
}

function fourBytes(random: Random): Buffer {
  const bytes = Buffer.alloc(odd(4, random));
  if (bytes.length >= 4 && random() < 0.7) bytes.writeUInt32BE(pick(numbers, random));
  return bytes;
}

function data(random: Random): Buffer {
  return pick(
    [Buffer.alloc(0), Buffer.alloc(5), Buffer.from([3, 0, 0, 0, 0, 0, 0, 0, 0]), Buffer.from([255, 1]), Buffer.alloc(2_000, 1)],
    random,
  );
}

function setting(random: Random): Buffer {
  const bytes = Buffer.alloc(6 * upTo(4, random) + (random() < 0.05 ? 1 : 0));
  for (let at = 0; at + 6 <= bytes.length; at += 6) {
    bytes.writeUInt16BE(upTo(8, random), at);
    bytes.writeUInt32BE(pick(numbers, random), at + 2);
  }
  return bytes;
}

function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** One to three changes: of a bit, a byte of a frame's head, or of the order of frames. */
function change(bytes: Buffer, random: Random): Buffer {
  let changed = Buffer.from(bytes);
  for (let left = 1 + upTo(3, random); left > 0; left--) changed = pick(changes, random)(changed, random);
  return changed;
}

const changes: readonly ((bytes: Buffer, random: Random) => Buffer<ArrayBuffer>)[] = [
  (bytes, random) => {
    const copy = Buffer.from(bytes);
    const at = upTo(copy.length, random);
    if (at < copy.length) copy[at] = (copy[at] ?? 0) ^ (1 << upTo(8, random));
    return copy;
  },
  (bytes, random) => {
    const copy = Buffer.from(bytes);
    const begin = pick(edgesOf(bytes), random) + upTo(9, random);
    if (begin < copy.length) copy[begin] = pick([0, 1, 2, 4, 5, 8, 9, 0x7f, 0x80, 0xff], random);
    return copy;
  },
  (bytes, random) => {
    const at = pick(edgesOf(bytes), random);
    return Buffer.concat([bytes.subarray(0, at), drawFrame(random), bytes.subarray(at)]);
  },
  (bytes, random) => {
    const [from, to, at] = [pick(edgesOf(bytes), random), pick(edgesOf(bytes), random), pick(edgesOf(bytes), random)];
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.min(from, to), Math.max(from, to)), bytes.subarray(at)]);
  },
  (bytes, random) => {
    const [from, to] = [pick(edgesOf(bytes), random), pick(edgesOf(bytes), random)];
    return Buffer.concat([bytes.subarray(0, Math.min(from, to)), bytes.subarray(Math.max(from, to))]);
  },
  (bytes, random) => Buffer.from(bytes.subarray(0, upTo(bytes.length + 1, random))),
];

/** Where frames begin. */
function edgesOf(bytes: Buffer): number[] {
  let at = 0;
  return [0, ...readFrames(bytes).map(({ length }) => (at = Math.min(bytes.length, at + 9 + length)))];
}
