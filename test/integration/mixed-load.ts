import { createRandom, cutRandomly, openRawClient, type Random, type RawClient } from '@switchyard/testkit';
import { expect } from 'vitest';

/** How much, and of what. */
export interface MixedLoad {
  readonly port: number;
  readonly keys: readonly string[];
  readonly connections: number;
  readonly requestsPerConnection: number;
  readonly seed: number;
}

interface Planned {
  readonly side: string;
  readonly method: string;
  readonly bytes: Buffer;
  /** What an origin that echoes bodies answers. */
  readonly answer: Buffer;
}

/**
 * Sends requests of all keys and of none in random order over shared keep-alive connections, pipelined and cut at random,
 * and checks that each answer came from the side that its key chose, is the answer to that very request, and is exact.
 * Gives the number of answers.
 */
export async function runMixedLoad(load: MixedLoad): Promise<number> {
  const connections = Array.from({ length: load.connections }, (_, index) => runConnection(load, index));
  const counts = await Promise.all(connections);
  return counts.reduce((sum, count) => sum + count, 0);
}

async function runConnection(load: MixedLoad, connection: number): Promise<number> {
  const random = createRandom(load.seed * 1000 + connection);
  await using client = await openRawClient(load.port);
  let count = 0;
  while (count < load.requestsPerConnection) {
    const length = Math.min(1 + Math.floor(random() * 8), load.requestsPerConnection - count);
    const batch = Array.from({ length }, (_, index) => plan(load, `/${connection}/${count + index}`, random));
    const bytes = Buffer.concat(batch.map((planned) => planned.bytes));
    const sending = client.sendPieces(cutRandomly(bytes, random, 12));
    for (const planned of batch) await expectAnswer(planned, client);
    await sending;
    count += length;
  }
  expect(client.unread.length).toBe(0);
  return count;
}

async function expectAnswer(planned: Planned, client: RawClient): Promise<void> {
  const response = await client.readResponse(planned.method);
  const from = response.header('x-origin');
  if (from !== planned.side) throw new Error(`${planned.bytes.toString('latin1', 0, 200)} was answered by ${from}`);
  if (!response.body.equals(planned.answer)) throw new Error(`${planned.bytes.toString('latin1', 0, 200)} got another answer`);
}

function plan(load: MixedLoad, target: string, random: Random): Planned {
  const side = load.keys[Math.floor(random() * (load.keys.length + 1))] ?? 'baseline';
  const method = pick(['GET', 'HEAD', 'POST', 'PUT', 'DELETE'], random);
  const body = method === 'GET' || method === 'HEAD' ? Buffer.alloc(0) : noise(Math.floor(random() * 3000), random);
  const lines = side === 'baseline' ? '' : keyLines(side, random);
  const [framing, framed] = frame(body, random);
  const head = `${method} ${target} HTTP/1.1\r\nHost: orders\r\n${lines}${framing}\r\n`;
  const text = Buffer.from(`${side} ${method} ${target}\n`);
  const answer = method === 'HEAD' ? Buffer.alloc(0) : body.length > 0 ? body : text;
  return { side, method, bytes: Buffer.concat([Buffer.from(head, 'latin1'), framed]), answer };
}

function keyLines(key: string, random: Random): string {
  return pick(
    [
      `x-intercept-id: ${key}\r\n`,
      `X-Intercept-ID:${key}\r\nA: b\r\n`,
      `baggage: a=b, intercept=${key};p=1\r\n`,
      `Cookie: session=1; intercept=${key}\r\n`,
      `x-intercept-id: ${key}\r\nBaggage: intercept=${key}\r\n`,
    ],
    random,
  );
}

function frame(body: Buffer, random: Random): [lines: string, bytes: Buffer] {
  if (body.length === 0) return ['', body];
  if (random() < 0.5) return [`Content-Length: ${body.length}\r\n`, body];
  const chunks = cutRandomly(body, random, 5).flatMap((chunk) => [
    Buffer.from(`${chunk.length.toString(16)}\r\n`),
    chunk,
    Buffer.from('\r\n'),
  ]);
  return ['Transfer-Encoding: chunked\r\n', Buffer.concat([...chunks, Buffer.from('0\r\n\r\n')])];
}

function pick(values: readonly string[], random: Random): string {
  return values[Math.floor(random() * values.length)] ?? '';
}

function noise(length: number, random: Random): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let at = 0; at < length; at++) bytes[at] = random() * 256;
  return bytes;
}
