import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { Client, credentials, Metadata, Server, ServerCredentials, type ServerDuplexStream } from '@grpc/grpc-js';
import type { SessionId } from '@switchyard/contract';
import { createFakeClock, recordPipe, until } from '@switchyard/testkit';
import {
  encodeFrame,
  encodeManagerMessage,
  encodeOpen,
  managerDefinition,
  parseAgentFrame,
  parseAgentMessage,
  parseManagerInfo,
  tunnelDefinition,
  type WelcomeMessage,
} from '@switchyard/wire';
import { expect, test } from 'vitest';
import { fixedTunnelLimits } from '../src/limits.ts';
import { Http2Link } from '../src/http2/http2-link.ts';
import { intercept, openAgent, openManager, spec } from './manager.ts';

type Call = ServerDuplexStream<Buffer, Buffer>;

const welcome: WelcomeMessage = {
  t: 'welcome',
  session: 'session-1' as SessionId,
  secret: Buffer.alloc(32),
  version: 1,
  idlePipes: 1,
  maxIdlePipes: 1,
  maxPipes: 1,
  resumed: false,
};

/** A manager as somebody else would write it, with the library: it echoes what its first pipe brings. */
async function openPlainManager(): Promise<{ readonly url: URL; readonly heard: readonly string[] } & Disposable> {
  const heard: string[] = [];
  const server = new Server();
  server.addService(tunnelDefinition, {
    control(call: Call) {
      call.on('data', (bytes: Buffer) => {
        const message = parseAgentMessage(bytes);
        heard.push(message.t);
        if (message.t === 'hello') call.write(encodeManagerMessage(welcome));
        if (message.t === 'register') call.write(encodeManagerMessage({ t: 'reply', request: message.request, result: { t: 'done' } }));
        if (message.t === 'goodbye') call.end();
      });
    },
    carry(call: Call) {
      call.on('data', (bytes: Buffer) => {
        const frame = parseAgentFrame(bytes);
        heard.push(frame.t);
        if (frame.t === 'attach') call.write(encodeOpen({ intercept, windowBytes: 1_000_000 }));
        if (frame.t === 'data') call.write(bytes);
        if (frame.t === 'end') call.write(encodeFrame({ t: 'end' }));
      });
      call.on('end', () => call.end());
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return { url: new URL(`http://127.0.0.1:${port}`), heard, [Symbol.dispose]: () => server.forceShutdown() };
}

test('our agent talks to a manager that the gRPC library serves', async () => {
  using manager = await openPlainManager();
  await using agent = await openAgent(manager.url);
  const opened = Promise.withResolvers<ReturnType<typeof recordPipe>>();
  agent.onPipe((_intercept, pipe) => {
    const record = recordPipe(pipe);
    // More than a frame of HTTP/2 that the library takes, and than its window.
    pipe.write(Buffer.alloc(300_000, 'x'));
    pipe.end();
    opened.resolve(record);
  });
  await agent.register(spec).catch(() => {});
  const record = await opened.promise;
  expect(await record.untilClose()).toBe(undefined);
  expect([record.byteCount, record.count('end')]).toEqual([300_000, 1]);
  await agent.goodbye();
  expect(manager.heard).toContain('goodbye');
});

test('a caller with the gRPC library gets its answer, and is told of what there is not', async () => {
  await using manager = await openManager();
  const client = new Client(`127.0.0.1:${manager.server.port}`, credentials.createInsecure(), { 'grpc.enable_http_proxy': 0 });
  const metadata = new Metadata();
  metadata.set('switchyard-owner-bin', Buffer.from('älice'));
  // A head that needs more than one frame of HTTP/2, is Huffman-coded and goes to the dynamic table.
  metadata.set('x-long', 'long '.repeat(200));
  const call = (path: string): Promise<Buffer | { readonly code: number }> =>
    new Promise((resolve) => {
      const same = (bytes: Buffer): Buffer => bytes;
      client.makeUnaryRequest(path, same, same, Buffer.alloc(0), metadata, (error, answer) => resolve(error ?? answer ?? Buffer.alloc(0)));
    });
  for (let turn = 0; turn < 3; turn++) {
    const answer = await call(managerDefinition.getManager.path);
    expect(Buffer.isBuffer(answer) ? parseManagerInfo(answer) : answer).toMatchObject({ owner: 'älice' });
  }
  expect(await call('/switchyard.api.v1.ManagerService/Nothing')).toMatchObject({ code: 12 });
  client.close();
});

test('a connection that is closed waits so long for a reader who does not read [tunnel.http2CloseMs]', async () => {
  const clock = createFakeClock();
  const accepted = Promise.withResolvers<Socket>();
  const server = createServer({ pauseOnConnect: true }, accepted.resolve);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  const socket = connect(typeof address === 'object' && address !== null ? address.port : 0, '127.0.0.1');
  await once(socket, 'connect');
  let closed = false;
  const onClose = (): void => void (closed = true);
  const link = new Http2Link({ clock, role: 'client', maxStreams: 0, maxResets: Infinity, windowBytes: 65_535, onStream() {}, onClose });
  link.attach(socket);
  socket.write(Buffer.alloc(32 * 1024 * 1024));
  link.close();
  clock.advance(fixedTunnelLimits.http2CloseMs.value - 1);
  await new Promise((resolve) => void setImmediate(resolve));
  expect(closed).toBe(false);
  clock.advance(1);
  await until(() => closed);
  (await accepted.promise).destroy();
  server.close();
});
