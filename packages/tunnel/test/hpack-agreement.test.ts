import { createServer, connect } from 'node:http2';
import { duplexPair } from 'node:stream';
import { createRandom } from '@switchyard/testkit';
import { expect, test } from 'vitest';
import { FrameOutput } from '../src/http2/frame-output.ts';
import type { HeaderList } from '../src/http2/header-field.ts';
import { Http2Connection } from '../src/http2/http2-connection.ts';

/** Heads that repeat and change, so that a table of them grows, is asked and overflows. */
function drawHeads(seed: number, count: number): Record<string, string>[] {
  const random = createRandom(seed);
  const upTo = (limit: number): number => Math.floor(random() * limit);
  return Array.from({ length: count }, () => {
    const head: Record<string, string> = { ':method': 'POST', ':scheme': 'http', ':path': `/${upTo(5)}`, ':authority': 'manager' };
    for (let left = upTo(8); left > 0; left--) {
      const visible = (): string => String.fromCharCode(0x21 + upTo(0x5e));
      head[`x-${upTo(12)}`] = Array.from({ length: upTo(3) === 0 ? upTo(900) : upTo(6) }, visible).join('');
    }
    return head;
  });
}

test('heads that Node.js encodes are decoded as they were, on one connection', async () => {
  const heads = drawHeads(1, 400);
  const [ours, theirs] = duplexPair();
  const output = new FrameOutput();
  const seen: HeaderList[] = [];
  const connection = new Http2Connection({
    role: 'server',
    maxStreams: 1_000,
    maxResets: 0,
    windowBytes: 65_535,
    output,
    outBytes: () => output.length,
    wake: () => void setImmediate(() => output.take().forEach((piece) => ours.write(piece))),
    onStream(stream, headers) {
      seen.push(headers);
      stream.end([[':status', '200']]);
    },
  });
  ours.on('data', (bytes: Buffer) => {
    for (let at = 0; at < bytes.length; at += connection.receive(bytes.subarray(at))) connection.refill();
  });
  const session = connect('http://manager', { createConnection: () => theirs });
  for (const head of heads) {
    const request = session.request(head, { endStream: true });
    request.resume();
    await new Promise((resolve) => void request.once('close', resolve));
  }
  session.destroy();
  expect(seen.map((headers) => Object.fromEntries(headers))).toEqual(heads);
});

test('heads that are encoded here are what Node.js decodes', async () => {
  const heads = drawHeads(2, 200);
  const [ours, theirs] = duplexPair();
  const server = createServer();
  const seen: unknown[] = [];
  server.on('stream', (stream, headers) => {
    seen.push(Object.fromEntries(Object.entries(headers)));
    stream.respond({ ':status': 204 }, { endStream: true });
  });
  server.emit('connection', theirs);
  const output = new FrameOutput();
  const connection = new Http2Connection({
    role: 'client',
    maxStreams: 0,
    maxResets: Infinity,
    windowBytes: 65_535,
    output,
    outBytes: () => output.length,
    wake: () => void setImmediate(() => output.take().forEach((piece) => ours.write(piece))),
    onStream() {},
  });
  ours.on('data', (bytes: Buffer) => {
    for (let at = 0; at < bytes.length; at += connection.receive(bytes.subarray(at))) connection.refill();
  });
  for (const head of heads) {
    await new Promise<void>((resolve) => {
      const stream = connection.openStream(Object.entries(head), {
        onHeaders: () => resolve(),
        onData: (bytes) => bytes.length,
        onEnd() {},
        onDrain() {},
        onClose() {},
      });
      stream.end();
    });
  }
  connection.close();
  ours.destroy();
  expect(seen).toEqual(heads);
});
