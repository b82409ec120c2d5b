import { InterceptError } from '@switchyard/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fixedTunnelLimits } from '../limits.ts';
import { clientPreface, encodeNumbers, encodeSettings, frameFlags, frameTypes, settingIds, writeFrameHead } from './frame.ts';
import { FrameOutput } from './frame-output.ts';
import type { HeaderList } from './header-field.ts';
import { encodeHeaders } from './hpack-encoder.ts';
import { Http2Connection } from './http2-connection.ts';
import type { Http2Stream } from './http2-stream.ts';

const head: HeaderList = [
  [':method', 'POST'],
  [':scheme', 'http'],
  [':path', '/x'],
];

interface End {
  readonly connection: Http2Connection;
  readonly streams: Http2Stream[];
  /** What happened on its streams, bytes joined. */
  readonly events: string[];
  /** Bytes that its socket holds back. */
  stuckBytes: number;
  take(): Buffer;
}

function createEnd(role: 'client' | 'server', { windowBytes = 65_535, maxStreams = 100, maxResets = Infinity } = {}): End {
  const output = new FrameOutput();
  const events: string[] = [];
  const streams: Http2Stream[] = [];
  const listen = (stream: Http2Stream, name: string): void => {
    stream.handler = {
      onHeaders: (headers, over) => void events.push(`${name} ${over ? 'trailers' : 'head'} ${headers.length}`),
      onData(bytes) {
        events.push(`${name} ${bytes.toString()}`);
        end.connection.spend();
        return bytes.length;
      },
      onEnd: () => void events.push(`${name} end`),
      onDrain: () => void events.push(`${name} drain`),
      onClose: (code) => void events.push(`${name} closed ${code}`),
    };
  };
  const end: End = {
    connection: new Http2Connection({
      role,
      maxStreams,
      maxResets,
      windowBytes,
      output,
      outBytes: () => output.length + end.stuckBytes,
      wake() {},
      onStream(stream) {
        streams.push(stream);
        listen(stream, `s${stream.id}`);
      },
    }),
    streams,
    events,
    stuckBytes: 0,
    take: () => Buffer.concat(output.take()),
  };
  return end;
}

/** Everything in turn, whatever the share of a turn, in pieces of `cut` bytes. */
function deliver(from: End, to: End, cut = 1_000_000): void {
  const bytes = from.take();
  for (let at = 0; at < bytes.length;) {
    to.connection.refill();
    at += to.connection.receive(bytes.subarray(at, at + cut));
  }
}

function settle(client: End, server: End, cut?: number): void {
  for (let round = 0; round < 40; round++) {
    deliver(client, server, cut);
    deliver(server, client, cut);
    client.connection.drain();
    server.connection.drain();
  }
}

function frame(type: number, flags: number, stream: number, payload: Buffer = Buffer.alloc(0), length: number = payload.length): Buffer {
  const bytes = Buffer.alloc(9);
  writeFrameHead(bytes, 0, length, type, flags, stream);
  return Buffer.concat([bytes, payload]);
}

const settings = frame(frameTypes.settings, 0, 0);
const block = encodeHeaders(head);
const opening = frame(frameTypes.headers, frameFlags.endHeaders, 1, block);

/** A server that was greeted. */
function openServer(options?: { windowBytes?: number; maxStreams?: number; maxResets?: number }): End {
  const server = createEnd('server', options);
  server.connection.receive(Buffer.concat([clientPreface, settings]));
  server.take();
  return server;
}

test('what is written arrives in order, however it is cut and however small the windows are', () => {
  const write = fc.record({ stream: fc.nat(2), bytes: fc.nat(6_000) });
  fc.assert(
    fc.property(
      fc.array(write, { maxLength: 8 }),
      fc.integer({ min: 7, max: 5_000 }),
      fc.integer({ min: 400, max: 70_000 }),
      (writes, cut, windowBytes) => {
        const [client, server] = [createEnd('client', { windowBytes }), createEnd('server', { windowBytes })];
        const received = [0, 0, 0];
        const sent = [0, 0, 0];
        const handler = { onHeaders() {}, onData: (bytes: Buffer) => bytes.length, onEnd() {}, onDrain() {}, onClose() {} };
        const streams = sent.map(() => client.connection.openStream(head, handler));
        settle(client, server);
        server.streams.forEach((stream, index) => {
          stream.handler = {
            ...handler,
            onData(bytes) {
              const from = received[index] ?? 0;
              expect(bytes.every((byte, at) => byte === (from + at) % 251)).toBe(true);
              received[index] = from + bytes.length;
              return bytes.length;
            },
          };
        });
        for (const { stream, bytes } of writes) {
          const from = sent[stream] ?? 0;
          streams[stream]?.write(Buffer.alloc(0), Buffer.from(Uint8Array.from({ length: bytes }, (_, at) => (from + at) % 251)));
          sent[stream] = from + bytes;
        }
        for (let round = 0; received.join() !== sent.join() && round < 5_000; round++) {
          deliver(client, server, cut);
          deliver(server, client, cut);
        }
        expect(received).toEqual(sent);
      },
    ),
    // An empty piece behind one that waits held up all that came after it.
    { numRuns: 30, examples: [[[401, 0, 1].map((bytes) => ({ stream: 1, bytes })), 7, 400]] },
  );
});

test('streams end half by half, and then are forgotten', () => {
  const [client, server] = [createEnd('client'), createEnd('server')];
  const events: string[] = [];
  const stream = client.connection.openStream(head, {
    onHeaders: (headers, end) => void events.push(`${end ? 'trailers' : 'head'} ${headers.length}`),
    onData: (bytes) => (events.push(bytes.toString()), bytes.length),
    onEnd: () => void events.push('end'),
    onDrain() {},
    onClose: (code) => void events.push(`closed ${code}`),
  });
  stream.write(Buffer.from('to '), Buffer.from('you'));
  stream.end();
  settle(client, server);
  expect(server.events).toEqual(['s1 to you', 's1 end']);
  server.streams[0]?.sendHeaders([[':status', '200']]);
  server.streams[0]?.write(Buffer.alloc(0), Buffer.from('to me'));
  server.streams[0]?.end([['grpc-status', '0']]);
  settle(client, server);
  expect(events).toEqual(['head 1', 'to me', 'trailers 1', 'closed 0']);
  expect(server.events).toEqual(['s1 to you', 's1 end', 's1 closed 0']);
});

test('streams beyond what the other end takes wait for others to end', () => {
  const [client, server] = [createEnd('client'), createEnd('server', { maxStreams: 2 })];
  settle(client, server);
  const handler = { onHeaders() {}, onData: (bytes: Buffer) => bytes.length, onEnd() {}, onDrain() {}, onClose() {} };
  const streams = [1, 2, 3].map(() => client.connection.openStream(head, handler));
  streams[2]?.write(Buffer.alloc(0), Buffer.from('third'));
  settle(client, server);
  expect(server.streams.length).toBe(2);
  streams[0]?.reset(8);
  settle(client, server);
  expect(server.events).toEqual(['s1 closed 8', 's5 third']);
});

test('an end reads no more than its share of a turn [tunnel.messagesPerTurn]', () => {
  const server = openServer();
  const flood = Buffer.concat(Array.from({ length: 1_000 }, () => frame(frameTypes.priority, 0, 1, Buffer.alloc(5))));
  server.connection.refill();
  expect(server.connection.receive(flood)).toBe(64 * 14);
  server.connection.refill();
  expect(server.connection.receive(flood.subarray(64 * 14))).toBe(64 * 14);
});

test('data waits while the socket is full; what is urgent goes first when there is room [tunnel.http2OutBytes]', () => {
  const [client, server] = [createEnd('client'), createEnd('server')];
  settle(client, server);
  const handler = { onHeaders() {}, onData: (bytes: Buffer) => bytes.length, onEnd() {}, onDrain() {}, onClose() {} };
  const [data, control] = [client.connection.openStream(head, handler), client.connection.openStream(head, handler)];
  control.urgent = true;
  settle(client, server);
  client.stuckBytes = fixedTunnelLimits.http2OutBytes.value;
  expect(data.write(Buffer.alloc(0), Buffer.from('data'))).toBe(false);
  expect(control.write(Buffer.alloc(0), Buffer.from('control'))).toBe(false);
  expect([data.backlog, control.backlog, client.take().length]).toEqual([1, 1, 0]);
  client.stuckBytes = 0;
  settle(client, server);
  expect(server.events).toEqual(['s3 control', 's1 data']);
});

test('who asks and does not read the answers loses the connection [tunnel.http2ReplyBytes]', () => {
  const server = openServer();
  const ping = frame(frameTypes.ping, 0, 0, Buffer.alloc(8));
  server.stuckBytes = fixedTunnelLimits.http2ReplyBytes.value;
  expect(server.connection.receive(ping)).toBe(ping.length);
  expect(() => server.connection.receive(ping)).toThrow(InterceptError);
});

const large = Buffer.alloc(fixedTunnelLimits.http2HeadBytes.value, 0x61);
const begun = frame(frameTypes.headers, 0, 1, block);
const going = frame(frameTypes.continuation, 0, 1);

test.each([
  ['settings that begin with an answer', Buffer.concat([clientPreface, frame(frameTypes.settings, frameFlags.ack, 0)]), true],
  ['no preface', Buffer.from('GET / HTTP/1.1\r\n\r\n'), true],
  ['a first frame that is not SETTINGS', Buffer.concat([clientPreface, frame(frameTypes.ping, 0, 0, Buffer.alloc(8))]), true],
  [
    'a frame that is too large [tunnel.http2FrameBytes]',
    frame(frameTypes.data, 0, 1, Buffer.alloc(0), fixedTunnelLimits.http2FrameBytes.value + 1),
  ],
  ['a head that is too large [tunnel.http2HeadBytes]', frame(frameTypes.headers, 0, 1, Buffer.concat([large, block]))],
  ['a head in too many frames [tunnel.http2HeadFrames]', Buffer.concat([begun, ...Array.from({ length: 8 }, () => going)])],
  [
    'a head that decodes to too much',
    frame(
      frameTypes.headers,
      4,
      1,
      Buffer.concat([Buffer.from('400161', 'hex'), Buffer.from('7f811e', 'hex'), large.subarray(0, 3968), Buffer.alloc(5, 0xbe)]),
    ),
  ],
  ['a head that another frame interrupts', Buffer.concat([begun, frame(frameTypes.ping, 0, 0, Buffer.alloc(8))])],
  ['a continuation of nothing', going],
  ['data before its stream', frame(frameTypes.data, 0, 1, Buffer.from('x'))],
  ['data on no stream', frame(frameTypes.data, 0, 0, Buffer.from('x'))],
  ['a stream with an even number', frame(frameTypes.headers, frameFlags.endHeaders, 2, block)],
  ['a head on no stream', frame(frameTypes.headers, frameFlags.endHeaders, 0, block)],
  ['a second head that does not end', Buffer.concat([opening, opening])],
  ['more padding than there is room for', Buffer.concat([opening, frame(frameTypes.data, frameFlags.padded, 1, Buffer.from([9, 0]))])],
  ['padding without its length', Buffer.concat([opening, frame(frameTypes.data, frameFlags.padded, 1)])],
  ['a window that grows by nothing', frame(frameTypes.windowUpdate, 0, 0, encodeNumbers(0))],
  ['a window that grows too far', frame(frameTypes.windowUpdate, 0, 0, encodeNumbers(2 ** 31 - 1))],
  ['a stream window that grows too far', Buffer.concat([opening, frame(frameTypes.windowUpdate, 0, 1, encodeNumbers(2 ** 31 - 1))])],
  ['an initial window that is too large', frame(frameTypes.settings, 0, 0, encodeSettings([[settingIds.initialWindowSize, 2 ** 31]]))],
  ['frames that may be too small', frame(frameTypes.settings, 0, 0, encodeSettings([[settingIds.maxFrameSize, 100]]))],
  ['settings of a wrong size', frame(frameTypes.settings, 0, 0, Buffer.alloc(5))],
  ['a ping of a wrong size', frame(frameTypes.ping, 0, 0, Buffer.alloc(7))],
  ['a ping on a stream', frame(frameTypes.ping, 0, 1, Buffer.alloc(8))],
  ['a reset of a stream that never was', frame(frameTypes.resetStream, 0, 5, encodeNumbers(8))],
  ['a push', frame(frameTypes.pushPromise, 0, 1, Buffer.alloc(8))],
])('%s is a violation', (_what, bytes, ungreeted = false) => {
  const server = ungreeted ? createEnd('server') : openServer();
  expect(() => {
    for (let at = 0; at < bytes.length; at += server.connection.receive(bytes.subarray(at))) server.connection.refill();
  }).toThrow(InterceptError);
});

test('data beyond the window is a violation, of the stream and of the connection', () => {
  const server = openServer({ windowBytes: 100 });
  server.connection.receive(opening);
  expect(() => server.connection.receive(frame(frameTypes.data, 0, 1, Buffer.alloc(101)))).toThrow(InterceptError);
});

test('any bytes are frames or a violation', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      const server = openServer();
      server.connection.receive(opening);
      try {
        server.connection.receive(Buffer.from(bytes));
      } catch (reason) {
        expect(reason).toBeInstanceOf(InterceptError);
      }
    }),
  );
});

test('unknown frames and settings, padding, and frames on a stream that is over are taken', () => {
  const server = openServer();
  const reset = frame(frameTypes.resetStream, 0, 1, encodeNumbers(8));
  const padded = frame(frameTypes.data, frameFlags.padded, 1, Buffer.from([3, 0x68, 0x69, 0, 0, 0]));
  const late = frame(frameTypes.data, 0, 1, Buffer.from('late'));
  const unknown = Buffer.concat([frame(0xbe, 0, 7, Buffer.from('x')), frame(frameTypes.settings, 0, 0, encodeSettings([[0x99, 1]]))]);
  server.connection.receive(Buffer.concat([unknown, opening, padded, reset, late, frame(frameTypes.windowUpdate, 0, 1, encodeNumbers(1))]));
  expect(server.events).toEqual(['s1 hi', 's1 closed 8']);
});

test.each([
  ['a name in upper case', [...head, ['A', 'b']]],
  ['a field of a connection', [...head, ['connection', 'close']]],
  ['a te that is not trailers', [...head, ['te', 'gzip']]],
  ['a value with a line feed', [...head, ['a', 'b\nc: d']]],
  ['no path', head.slice(0, 2)],
  ['two paths', [...head, [':path', '/y']]],
  ['an empty path', [...head.slice(0, 2), [':path', '']]],
  ['a pseudo-header behind others', [['a', 'b'], ...head]],
  ['a pseudo-header of an answer', [...head, [':status', '200']]],
] satisfies [string, HeaderList][])('a request with %s is refused, and the connection goes on', (_what, headers) => {
  const server = openServer();
  server.connection.receive(Buffer.concat([frame(frameTypes.headers, frameFlags.endHeaders, 1, encodeHeaders(headers))]));
  expect(server.take()).toEqual(frame(frameTypes.resetStream, 0, 1, encodeNumbers(1)));
  server.connection.receive(frame(frameTypes.headers, frameFlags.endHeaders, 3, block));
  expect(server.streams.map(({ id }) => id)).toEqual([3]);
});
