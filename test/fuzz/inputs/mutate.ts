import type { Random } from '@switchyard/testkit';
import { pick, upTo } from './chance.ts';

/** What parsers disagree about: line ends and white space, delimiters and digits. */
const ends = ['\r', '\n', '\r\n', '\r\n\r\n', '\n\n', '\r\r\n', '\n\r', '\0', '\t', ' ', '\x0b', '\x0c', '\x1f', '\x7f', '\x85', '\xa0'];
const signs = [':', ';', ',', '=', '"', '\\', '/', '?', '@', '_', '-', '+', '0', '1', '5', 'a', 'f', 'x', '0x', '.'];
const marks: readonly string[] = [...ends, ...signs];
const lines: readonly string[] = [
  'Content-Length: 5\r\n',
  'Content-Length: 0\r\n',
  'Content-Length : 5\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Transfer-Encoding: identity\r\n',
  '\r\nTransfer-Encoding: chunked',
  'Host: orders\r\n',
  'Connection: close\r\n',
  'Connection: Upgrade\r\nUpgrade: websocket\r\n',
  'Connection: x-intercept-id\r\n',
  'Expect: 100-continue\r\n',
  'x-intercept-id: bob\r\n',
  'baggage: intercept=alice\r\n',
  'Cookie: intercept=bob\r\n',
  '\r\n ',
  'Trailer: x-intercept-id\r\n',
];
const parts: readonly string[] = [
  '0\r\n\r\n',
  '5\r\nhello\r\n',
  '5;a="b\r\n',
  '0\r\nA: b\r\n\r\n',
  'chunked',
  'HTTP/1.1',
  'HTTP/1.0',
  'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
  'HTTP/1.1 100 Continue\r\n\r\n',
  'GET /x HTTP/1.1\r\nHost: orders\r\n\r\n',
  'GET /bob HTTP/1.1\r\nHost: orders\r\nx-intercept-id: bob\r\n\r\n',
];

type Mutation = (text: string, random: Random, other: string) => string;

/** A place in `text`, more often where something is delimited than within words. */
function place(text: string, random: Random): number {
  const at = upTo(text.length + 1, random);
  if (random() < 0.4) return at;
  const next = text.slice(at).search(/[\r\n:;,= ]/);
  return next < 0 ? at : at + next + upTo(2, random);
}

const mutations: readonly Mutation[] = [
  // Something is inserted, left out, replaced, repeated.
  (text, random) => splice(text, place(text, random), 0, pick(marks, random)),
  (text, random) => splice(text, place(text, random), 0, pick(parts, random)),
  (text, random) => splice(text, place(text, random), 1 + upTo(5, random), ''),
  (text, random) => splice(text, place(text, random), 1, pick(marks, random)),
  (text, random) => {
    const at = place(text, random);
    return splice(text, at, 0, text.slice(at, at + upTo(40, random)));
  },
  // One bit.
  (text, random) => {
    const at = upTo(text.length, random);
    return splice(text, at, 1, String.fromCharCode(text.charCodeAt(at) ^ (1 << upTo(8, random))));
  },
  // A field line comes, goes, moves, comes twice.
  (text, random) => atLine(text, random, (all, at) => all.toSpliced(at, 0, pick(lines, random).replace(/\r\n$/, ''))),
  (text, random) => atLine(text, random, (all, at) => all.toSpliced(at, 1)),
  (text, random) => atLine(text, random, (all, at) => all.toSpliced(at, 0, all[at] ?? '')),
  (text, random) => atLine(text, random, (all, at) => [...all.slice(0, at), all[at + 1] ?? '', all[at] ?? '', ...all.slice(at + 2)]),
  // The case of a letter; a number that grows, shrinks or gains digits.
  (text, random) => text.replace(new RegExp(`[a-z]{${1 + upTo(9, random)}}`, 'gi'), (word) => (random() < 0.1 ? swapCase(word) : word)),
  (text, random) => text.replace(/[0-9]+/g, (digits) => (random() < 0.3 ? tweak(digits, random) : digits)),
  // Two inputs become one.
  (text, random, other) => text.slice(0, place(text, random)) + other.slice(place(other, random)),
  (text, _random, other) => text + other,
  // The same again, a few times, as kept connections bring it: perhaps with a change within.
  (text, random) => text.repeat(2 + upTo(2, random)),
];

/** A copy of `bytes` with one to four changes; some take a part of `other`. */
export function mutate(bytes: Buffer, other: Buffer, random: Random): Buffer {
  let text = bytes.toString('latin1');
  for (let left = 1 + upTo(4, random); left > 0; left--) text = pick(mutations, random)(text, random, other.toString('latin1'));
  return Buffer.from(text, 'latin1');
}

function splice(text: string, at: number, drop: number, insert: string): string {
  return text.slice(0, at) + insert + text.slice(at + drop);
}

function atLine(text: string, random: Random, change: (all: string[], at: number) => string[]): string {
  const all = text.split('\r\n');
  return change(all, 1 + upTo(Math.max(1, all.length - 1), random)).join('\r\n');
}

function swapCase(word: string): string {
  return word === word.toLowerCase() ? word.toUpperCase() : word.toLowerCase();
}

function tweak(digits: string, random: Random): string {
  const value = Number.parseInt(digits, 10);
  return pick(
    [`0${digits}`, `${digits}0`, `+${digits}`, `${value + 1}`, `${Math.max(0, value - 1)}`, `${digits}\t`, '18446744073709551618'],
    random,
  );
}
