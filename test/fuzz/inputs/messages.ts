import { createRandom, type Random } from '@switchyard/testkit';
import type { FuzzCase } from '../case.ts';
import { decoders } from '../decoders.ts';
import { pick, upTo } from './chance.ts';

/** What readers of binary messages and of JSON trip over: lengths, signs, ends, nesting. */
const marks: readonly Buffer[] = [
  ...[
    '00',
    'ff',
    '7f',
    '80',
    'ffffffffffffffffff01',
    'ffffffff0f',
    '8080808080808080808000',
    '0a00',
    '0b',
    '0c',
    '1200',
    'c0af',
    'eda080',
  ].map((hex) => Buffer.from(hex, 'hex')),
  ...['\u001B[2J', '\u202E', '"', '{}', '[', 'null', '-1', '1e999', '__proto__', '(a+)+$', '\\u0000'].map((text) => Buffer.from(text)),
];

type Mutation = (bytes: Buffer, random: Random, other: Buffer) => Buffer;

const mutations: readonly Mutation[] = [
  (bytes, random) => splice(bytes, upTo(bytes.length + 1, random), 0, pick(marks, random)),
  (bytes, random) => splice(bytes, upTo(bytes.length, random), 1, pick(marks, random)),
  (bytes, random) => splice(bytes, upTo(bytes.length, random), 1 + upTo(8, random), Buffer.alloc(0)),
  (bytes, random) => bytes.subarray(0, upTo(bytes.length, random)),
  (bytes, random) => splice(bytes, upTo(bytes.length, random), 1, Buffer.from([upTo(256, random)])),
  (bytes, random) => {
    const at = upTo(bytes.length, random);
    return splice(bytes, at, 0, bytes.subarray(at, at + upTo(64, random)));
  },
  (bytes, random, other) => Buffer.concat([bytes.subarray(0, upTo(bytes.length, random)), other.subarray(upTo(other.length, random))]),
];

/** The case of a decoder that `seed` stands for: a whole message, mostly with one to four changes. */
export function drawMessage(seed: number): FuzzCase {
  const random = createRandom(seed);
  const all = Object.values(decoders);
  const which = upTo(all.length, random);
  let bytes = pick(all[which]?.seeds ?? [], random);
  const other = pick(pick(all, random).seeds, random);
  for (let left = upTo(5, random); left > 0; left--) bytes = pick(mutations, random)(bytes, random, other);
  return { kind: 'message', bytes: Buffer.concat([Buffer.from([which]), bytes]), cuts: [], methods: [] };
}

function splice(bytes: Buffer, at: number, drop: number, insert: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + drop)]);
}
