import { connect, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import { until } from '@switchyard/testkit';
import { encodeAgentMessage, tunnelDefinition } from '@switchyard/wire';
import { expect, test } from 'vitest';
import { fixedTunnelLimits } from '../src/limits.ts';
import { openAgent, openManager, openTunnel, spec } from './manager.ts';
import { hello } from './raw-agent.ts';

const http2WindowBytes = fixedTunnelLimits.http2WindowBytes.value;

function openStream(session: ClientHttp2Session, path: string = tunnelDefinition.control.path): ClientHttp2Stream {
  const stream = session.request({
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc',
    te: 'trailers',
  });
  return stream.on('error', () => {});
}

function toGrpc(message: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

test('a connection gets few streams and small windows until its session is welcome [tunnel.http2WindowBytes]', async () => {
  await using manager = await openManager({ limits: { maxPipesPerSession: 100 } });
  const session = connect(manager.url.origin);
  await new Promise((resolve) => void session.once('remoteSettings', resolve));
  const stream = openStream(session);
  await new Promise((resolve) => void session.ping(resolve));
  expect(session.remoteSettings).toMatchObject({ maxConcurrentStreams: 16, initialWindowSize: 65_535 });

  stream.write(toGrpc(encodeAgentMessage(hello)));
  await until(() => session.remoteSettings.initialWindowSize === http2WindowBytes);
  // But for the hello.
  await until(() => (session.state.remoteWindowSize ?? 0) > http2WindowBytes - 1_000);
  expect(session.remoteSettings.maxConcurrentStreams).toBe(116);
  expect(http2WindowBytes).toBeGreaterThan(8 * 1024 * 1024);
  session.destroy();
});

test('whoever is not welcome gets no further than its first streams [tunnel.strangerStreams]', async () => {
  let asked = 0;
  const accept = (): Promise<never> => {
    asked++;
    return new Promise(() => {});
  };
  await using manager = await openManager({ accept });
  const session = connect(manager.url.origin);
  await new Promise((resolve) => void session.once('remoteSettings', resolve));
  const streams = Array.from({ length: 500 }, () => openStream(session));
  for (const stream of streams) stream.write(toGrpc(encodeAgentMessage(hello)));
  await until(() => asked === 16);
  await new Promise((resolve) => void session.ping(resolve));
  expect(asked).toBe(16);
  session.destroy();
});

test('an agent may open very many pipes at once after the welcome', async () => {
  await using tunnel = await openTunnel({ limits: { firstIdlePipes: 500, maxIdlePipes: 500 } });
  const pipes = await Promise.all(Array.from({ length: 500 }, () => tunnel.open()));
  expect(new Set(pipes.map(({ near }) => near)).size).toBe(500);
  expect(tunnel.manager.ends).toEqual([]);
});

test('an agent that floods its pipes is read no faster than others get their turns', async () => {
  await using manager = await openManager();
  const session = connect(manager.url.origin).on('error', () => {});
  openStream(session).write(toGrpc(encodeAgentMessage(hello)));
  await until(() => session.remoteSettings?.initialWindowSize === http2WindowBytes);
  // A field that this version does not know, very many times.
  const flood = Buffer.alloc(6 * 1024 * 1024, toGrpc(Buffer.from([0xf2, 0x01, 0x01, 0x78])));
  for (let stream = 0; stream < 30; stream++) openStream(session, tunnelDefinition.carry.path).write(flood);
  const before = process.memoryUsage().arrayBuffers;
  await using agent = await openAgent(manager.url);
  await expect(agent.register(spec)).resolves.toMatchObject({ service: spec.service });
  // What it sent stays in its own socket, which the manager does not read.
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 * 1024 * 1024);
  expect(manager.ends).toEqual([]);
  session.destroy();
});
